"""References for a list of pairs with prompts, as DiffStega generates them.

    python benchmarks/unistega.py LIST --data FOLDER --pipeline FOLDER --password N --out FOLDER \\
        [--controlnet FOLDER --controls FOLDER]

For every pair one picture from its public prompt (with DiffStega's words on quality behind it, and
against it) and the password as seed: 50 steps of DPM-Solver++, as a stochastic equation with
Karras' noise levels; with `--controlnet` as an ordinary one, under the map of the same name in
`--controls` (segments or poses, made by whatever program). Weights are yours, in diffusers' form.
Noise is drawn on the CPU, so a password gives the same pictures everywhere. `--out` gets the
references and `pairs.json`, a list for `sshr evaluate --pairs` whose names are relative to
`--data`, so `--out` must lie in it.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sshr.errors import SshrError, UsageError
from sshr.evaluation.pair_lists import ListedPair, read_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image

STEPS = 50
WORDS = ", dslr, ultra quality, sharp focus, tack sharp, dof, film grain, Fujifilm XT3, 8K UHD"
AGAINST = "cropped, out of frame, worst quality, low quality, jpeg artifacts, blurry, deformed"


def painter(pipeline: Path, controlnet: Path | None) -> Any:
    """A pipeline of diffusers with DPM-Solver++, and a ControlNet in it if one is given."""
    from diffusers import (
        ControlNetModel,
        DPMSolverMultistepScheduler,
        StableDiffusionControlNetPipeline,
        StableDiffusionPipeline,
    )

    how: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}
    scheduler: Mapping[str, Any] = {"use_karras_sigmas": True, "algorithm_type": "sde-dpmsolver++"}
    kind: Any = StableDiffusionPipeline
    if controlnet is not None:
        held = ControlNetModel.from_pretrained(str(controlnet), **how)
        how, scheduler, kind = how | {"controlnet": held}, {}, StableDiffusionControlNetPipeline
    made = kind.from_pretrained(str(pipeline), safety_checker=None, **how)
    made.scheduler = DPMSolverMultistepScheduler.from_config(made.scheduler.config, **scheduler)
    return made


def reference(
    made: Any, prompt: str, password: int, size: tuple[int, int], control: Any = None
) -> Any:
    """The picture (height, width) of a prompt and a password, (H, W, 3) uint8.

    Args:
        control: a map (H, W, 3) for a pipeline with a ControlNet.
    """
    import torch
    from PIL import Image

    more = {} if control is None else {"image": Image.fromarray(control)}
    found = made(
        prompt + WORDS,
        height=size[0],
        width=size[1],
        num_inference_steps=STEPS,
        negative_prompt=AGAINST,
        generator=torch.Generator().manual_seed(password),
        output_type="np",
        **more,
    )
    return (found.images[0] * 255).round().astype("uint8")


def row(pair: ListedPair, name: str) -> dict[str, str]:
    """As `read_pairs` reads it."""
    secret, _, prompts = pair
    assert prompts is not None
    words = {"private": prompts.private, "public": prompts.public}
    return {"secret": secret, "reference": name, **words}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("list", type=Path, help="of pairs with prompts, such as UniStega's")
    parser.add_argument("--data", type=Path, required=True, help="folder of its names")
    parser.add_argument("--pipeline", type=Path, required=True, help="Stable Diffusion 1.5")
    parser.add_argument("--controlnet", type=Path)
    parser.add_argument("--controls", type=Path, help="folder of maps")
    parser.add_argument("--password", type=int, default=9000)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        if (given.controlnet is None) != (given.controls is None):
            raise UsageError("--controlnet and --controls go together")
        pairs = read_pairs(given.list)
        if not all(prompts for *_, prompts in pairs):
            raise UsageError(f"{given.list}: a pair has no prompts")
        if not given.out.resolve().is_relative_to(given.data.resolve()):
            raise UsageError("--out must lie below --data")
        inner = given.out.resolve().relative_to(given.data.resolve())
        made, rows = painter(given.pipeline, given.controlnet), []
        given.out.mkdir(parents=True, exist_ok=True)
        for secret, _, prompts in pairs:
            name = f"{Path(secret).stem}.png"
            height, width = read_image(given.data / secret).rgb.shape[:2]
            size = height // 8 * 8, width // 8 * 8
            control = read_image(given.controls / name).rgb if given.controls else None
            picture = reference(made, prompts.public, given.password, size, control)
            write_image(given.out / name, picture, force=True)
            rows.append(row((secret, "", prompts), (inner / name).as_posix()))
    except SshrError as error:
        print(f"unistega: {error}", file=sys.stderr)
        return error.exit_code
    (given.out / "pairs.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(given.out / "pairs.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
