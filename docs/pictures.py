"""Draws the pictures of README and tutorial from what sshr really makes of the example photographs.

    python docs/pictures.py    # writes docs/images/example.webp and tutorial-*.webp

The figures below each picture are measured while it is drawn, from the samples that are shown.
"""

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.metrics import psnr

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
IMAGES = HERE / "images"
PASSPHRASE = "a passphrase for these pictures only"
QUALITY = 82
"""Of the WebP files: what is shown has to be small, and is no stego any more."""

Pixels = NDArray[np.uint8]  # HWC, RGB, 0..255


def load_demo() -> ModuleType:
    """`examples/demo.py`, which knows how to draw panels."""
    spec = importlib.util.spec_from_file_location("demo", EXAMPLES / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    demo = importlib.util.module_from_spec(spec)
    sys.modules["demo"] = demo  # dataclasses look their module up
    spec.loader.exec_module(demo)
    return demo


def recompressed(image: Pixels, quality: int) -> Pixels:
    """As a messenger would pass it on: JPEG, 4:2:0."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def decibels(image: Pixels, base: Pixels, name: str) -> str:
    """PSNR of a picture as a caption."""
    return f"{psnr(image, base):.1f} dB to the {name}"


def main() -> None:
    """Conceals and reveals, then draws three rows of panels."""
    demo = load_demo()
    demo.TITLE_SIZE, demo.CAPTION_SIZE = 27, 21  # pages show the row at half its size
    panel = demo.Panel
    secret = demo.read(EXAMPLES / "photos" / "parrots.png")
    reference = demo.read(EXAMPLES / "photos" / "lighthouse.png")
    keys = sshr.Keys(passphrase=sshr.passphrase_bytes(PASSPHRASE))

    stego = sshr.conceal(secret, reference, keys).image
    revealed = sshr.reveal(stego, reference, keys).rgb
    robust = sshr.conceal(secret, reference, keys, "robust").image
    arrived = recompressed(robust, 75)
    survived = sshr.reveal(arrived, reference, keys).rgb

    rows = {
        "example": [
            panel(reference, "Reference", "the photograph both sides have"),
            panel(stego, "Stego: what is sent", decibels(stego, reference, "reference")),
            panel(revealed, "Revealed from it", decibels(revealed, secret, "secret")),
        ],
        "tutorial-look": [
            panel(reference, "Reference", "what both sides have"),
            panel(stego, "Stego", decibels(stego, reference, "reference")),
            panel(
                demo.amplified_difference(stego, reference),
                "Stego - reference, x10",
                "grey: no difference",
                Image.Resampling.NEAREST,
            ),
        ],
        "tutorial-messenger": [
            panel(robust, "Stego of robust", decibels(robust, reference, "reference")),
            panel(arrived, "As it arrives", "saved as a JPEG of quality 75"),
            panel(survived, "Revealed from that", decibels(survived, secret, "secret")),
        ],
    }
    for name, panels in rows.items():
        path = IMAGES / f"{name}.webp"
        demo.contact_sheet(panels).save(path, quality=QUALITY, method=6)
        print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
