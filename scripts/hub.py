"""Puts the packaged weights into the layout of a model hub, to be uploaded as they are.

    python scripts/hub.py OUT

OUT/base and OUT/paper get the packaged files byte for byte: model.safetensors, and the graphs that
run without torch, so that `--preset OUT/base` takes the folder as it is. config.json repeats what
the weights' header says; README.md is the model card with the fields of a hub.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from safetensors import safe_open

from sshr import __version__
from sshr.zoo.presets import PRESETS, checkpoint_file

FIELDS = {
    "library_name": "sshr",
    "license": "other",
    "license_name": "research-data",
    "pipeline_tag": "image-to-image",
    "tags": ["steganography", "image-hiding", "invertible-network"],
}


def front_matter(preset: str, purpose: str) -> str:
    """The fields above a card, in YAML; JSON's strings and lists are YAML's too."""
    fields = FIELDS | {"model_name": f"sshr {preset}", "summary": purpose}
    return "\n".join(["---", *(f"{k}: {json.dumps(v)}" for k, v in fields.items()), "---", ""])


def config(path: Path) -> dict[str, Any]:
    """What a checkpoint's header says of it."""
    with safe_open(path, "np") as file:
        told = file.metadata()
    return {
        "model_type": "sshr",
        "sshr_version": __version__,
        "format": told["format"],
        "checkpoint": told["digest"][:16],
        "config": json.loads(told["config"]),
    }


def write(out: Path) -> list[Path]:
    """A folder for each preset; which ones.

    Raises:
        FileExistsError: one is there already.
    """
    made = []
    for preset, purpose in PRESETS.items():
        folder = out / preset
        folder.mkdir(parents=True)
        with checkpoint_file(preset) as path:
            (folder / "model.safetensors").write_bytes(path.read_bytes())
            for graph in sorted(path.with_suffix("").glob("*.onnx")):
                (folder / graph.name).write_bytes(graph.read_bytes())
            told = json.dumps(config(path), indent=2, sort_keys=True) + "\n"
            card = path.with_suffix(".md").read_text("utf-8")
        (folder / "config.json").write_text(told, "utf-8")
        (folder / "README.md").write_text(front_matter(preset, purpose) + card, "utf-8")
        made.append(folder)
    return made


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, help="a folder that does not hold them yet")
    for folder in write(parser.parse_args().out):
        print(folder)


if __name__ == "__main__":
    main()
