"""One pair through several methods, as one picture: stegos, changes, what keys reveal.

    python benchmarks/rival_pictures.py --method hinet --method udh:RUN/model.safetensors \\
        --preset base --out docs/images/rivals.webp

The pair is that of `speed.py`. Every method has a column: its stego as an 8-bit file holds it, ten
times the change from the reference on grey, and what is revealed from the file: with its key, and
with another one. The first column is the reference, nothing, and the secret.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from speed import REFERENCE, SECRET, SIDE

from sshr.errors import SshrError
from sshr.evaluation.measure import key_of
from sshr.evaluation.methods.method import MethodEntry, concealed, revealed
from sshr.evaluation.methods.table import find_methods
from sshr.evaluation.protocols import centre_crop
from sshr.imaging.depth import as_levels
from sshr.imaging.reading import read_image
from sshr.types import Rgb8

LOUDER = 10
TILE, HEAD = 160, 22
INK, PAPER = (36, 41, 47), (255, 255, 255)


def column(entry: MethodEntry, secret: Rgb8, reference: Rgb8) -> list[Rgb8]:
    """Stego, its change on grey, what its key and another one reveal; black where nothing is."""
    key, other = (key_of(seed, "picture") for seed in (1, 2))
    stego = as_levels(concealed(entry, secret, reference, key))
    change = as_levels(127.5 + LOUDER * (stego.astype(np.float32) - reference))
    return [stego, change, *(opened(entry, stego, reference, one) for one in (key, other))]


def opened(entry: MethodEntry, stego: Rgb8, reference: Rgb8, key: bytes) -> Rgb8:
    """What is revealed, or black."""
    try:
        return revealed(entry, stego, reference, key)
    except SshrError:
        return np.zeros_like(reference)


def grid(heads: Sequence[str], columns: Sequence[Sequence[Rgb8]]) -> Image.Image:
    """Columns of pictures side by side, each below its head."""
    rows = max(map(len, columns))
    whole = Image.new("RGB", (TILE * len(columns), HEAD + TILE * rows), PAPER)
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(14)
    for x, (head, pictures) in enumerate(zip(heads, columns, strict=True)):
        draw.text((x * TILE + 4, 2), head, INK, font)
        for y, picture in enumerate(pictures):
            tile = Image.fromarray(picture).resize((TILE, TILE), Image.Resampling.LANCZOS)
            whole.paste(tile, (x * TILE, HEAD + y * TILE))
    return whole


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--preset", action="append", default=[])
    parser.add_argument("--method", action="append", default=[])
    parser.add_argument("--out", type=Path, required=True, help="picture")
    args = parser.parse_args()
    secret, reference = (centre_crop(read_image(path).rgb, SIDE) for path in (SECRET, REFERENCE))
    try:
        entries = find_methods(args.preset, args.method, "cpu")
        columns = [column(entry, secret, reference) for entry in entries]
    except SshrError as error:
        print(f"rival_pictures: {error}", file=sys.stderr)
        return error.exit_code
    grey = np.full_like(secret, 127)
    heads = ["reference, secret", *(entry.name for entry in entries)]
    grid(heads, [[reference, grey, secret], *columns]).save(args.out, quality=55)
    print(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
