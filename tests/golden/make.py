"""Makes the golden files: stegos that every later version must still open, one per preset and a
sealed one.

    PYTHONPATH=src python tests/golden/make.py            all of them
    PYTHONPATH=src python tests/golden/make.py sealed     those named: a preset, or sealed

Tests only read them. What senders draw is fixed, so the sealed stego comes out the same as long as
its format does. Other files than before mean that stegos of users can no longer be opened: say so
in CHANGELOG.md.
"""

import argparse
import json
import random
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

import sshr
from sshr.header.writer import Randomness
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.kind import Kind
from sshr.zoo.presets import PRESETS

HERE = Path(__file__).parent
PHOTOS = HERE.parents[1] / "examples" / "photos"
PLACE = (150, 100, 150 + 128, 100 + 128)
PASSPHRASE = "golden Füße"
TEXT = "Die Füße im Sand, the key under the third stone.\n靴の中の砂\n" * 3
SEALED = "sealed"


def keys() -> sshr.Keys:
    return sshr.Keys(passphrase=sshr.passphrase_bytes(PASSPHRASE))


def draws(name: str) -> Randomness:
    """What a sender draws: it follows from the name."""
    return random.Random(name).randbytes


def crop(name: str) -> Image.Image:
    with Image.open(PHOTOS / f"{name}.png") as image:
        return image.convert("RGB").crop(PLACE)


def make_analog(preset: str, folder: Path, reference: np.ndarray) -> dict[str, object]:
    """Write the stego and return its figures, measured as a receiver would."""
    secret = crop("parrots")
    secret.save(folder / "secret.png", optimize=True)
    sshr.conceal(np.array(secret), reference, keys(), preset=preset, random=draws(preset)).save(
        folder / "stego.png"
    )
    stego = read_image(folder / "stego.png").rgb
    revealed = sshr.reveal(stego, reference, keys())
    return {
        "preset": preset,
        "checkpoint": sshr.load_model(preset).digest.hex(),
        "stego_psnr": round(psnr(stego, reference), 4),
        "revealed_psnr": round(psnr(revealed.image, np.array(secret)), 4),
    }


def make_sealed(folder: Path, reference: np.ndarray) -> dict[str, object]:
    """Write a text in a stego with check bytes; the figures are exact on any machine."""
    (folder / "secret.txt").write_bytes(TEXT.encode())
    text = sshr.Blob(TEXT.encode(), "", Kind.TEXT)
    report = sshr.conceal(
        text, reference, keys(), noise="texture", ecc=True, random=draws(SEALED)
    ).save(folder / "stego.png")
    return {"payload_bytes": report.payload_bytes, "stego_psnr": round(report.stego_psnr, 4)}


def make(name: str) -> None:
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    picture = crop("sailboats")
    picture.save(folder / "reference.png", optimize=True)
    (folder / "passphrase.txt").write_text(PASSPHRASE + "\n", encoding="utf-8")
    reference = np.array(picture)
    if name == SEALED:
        figures = make_sealed(folder, reference)
    else:
        figures = make_analog(name, folder, reference)
    (folder / "golden.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(name, *(f"{key} {value}" for key, value in figures.items()), sep=", ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    known = [*PRESETS, SEALED]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    names = parser.parse_args().names or known
    if unknown := set(names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    for name in names:
        make(name)


if __name__ == "__main__":
    main()
