"""Makes the golden files: one stego per preset that every later version must still reveal.

    PYTHONPATH=src python tests/golden/make.py            the presets that have none yet
    PYTHONPATH=src python tests/golden/make.py --force    all, after a change of weights or format

Tests only read them. Rewriting them means that stegos of users can no longer be revealed: say so
in CHANGELOG.md.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

import sshr
from sshr.errors import MismatchError
from sshr.evaluation.metrics import psnr
from sshr.imaging.reading import read_image
from sshr.zoo.registry import PRESETS

HERE = Path(__file__).parent
PHOTOS = HERE.parents[1] / "examples" / "photos"
PLACE = (150, 100, 150 + 128, 100 + 128)
PASSPHRASE = "golden Füße"


def crop(name: str) -> Image.Image:
    with Image.open(PHOTOS / f"{name}.png") as image:
        return image.convert("RGB").crop(PLACE)


def make(preset: str, secret: Image.Image, reference: Image.Image) -> dict[str, object]:
    """Write one preset's folder and return its figures, measured as a receiver would."""
    folder = HERE / preset
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    secret.save(folder / "secret.png", optimize=True)
    reference.save(folder / "reference.png", optimize=True)
    (folder / "passphrase.txt").write_text(PASSPHRASE + "\n", encoding="utf-8")
    keys = sshr.Keys(passphrase=sshr.passphrase_bytes(PASSPHRASE))
    sshr.conceal(np.array(secret), np.array(reference), keys, preset).save(folder / "stego.png")
    stego = read_image(folder / "stego.png").rgb
    revealed = sshr.reveal(stego, np.array(reference), keys)
    return {
        "preset": preset,
        "checkpoint": sshr.load_model(preset).digest.hex(),
        "stego_psnr": round(psnr(stego, np.array(reference)), 4),
        "revealed_psnr": round(psnr(revealed.image, np.array(secret)), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("presets", nargs="*", default=list(PRESETS))
    parser.add_argument("--force", action="store_true", help="replace what is there")
    arguments = parser.parse_args()
    for preset in arguments.presets:
        target = HERE / preset / "golden.json"
        if target.exists() and not arguments.force:
            print(f"{preset}: is there already, left alone (--force replaces it)")
            continue
        secret, reference = crop("parrots"), crop("sailboats")
        try:
            figures = make(preset, secret, reference)
        except MismatchError:
            # Untrained weights may give a stego unlike its reference, which no receiver accepts.
            # A secret that resembles the reference still shows whether the numbers stay the same.
            print(f"{preset}: its stego is unlike the reference; concealing a softened copy of it")
            figures = make(preset, reference.filter(ImageFilter.GaussianBlur(0.6)), reference)
        target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        print(f"{preset}: stego {figures['stego_psnr']} dB, revealed {figures['revealed_psnr']} dB")


if __name__ == "__main__":
    main()
