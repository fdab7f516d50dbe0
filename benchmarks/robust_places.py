"""What comes through another size or place of a robust stego, one stego a pair, through files.

    python benchmarks/robust_places.py FOLDER [--json OUT]

The fixed pairs of the folder, central squares of 256 px, profile `messenger` without the network.
Every stego is written as PNG and read again before each change. `base` and `refined` count pairs of
which that layer came through. PSNR in dB of 8-bit RGB with the secret; a reveal that fails counts
as the secret's own mean grey. Draws come from a seed.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image

import sshr
from sshr.errors import SshrError
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.robust.profiles import through
from sshr.types import Rgb8

SCALES = (0.4, 0.5, 0.6, 0.75, 0.9, 1.25, 1.5, 2.0)
FILTERS = ("lanczos", "bicubic", "bilinear")
NAMES = (
    *(f"{scale:g} {kind}" for scale in SCALES for kind in FILTERS),
    *("0.5 lanczos; jpeg:85", "0.75 lanczos; jpeg:85", "0.75 lanczos; jpeg:75"),
    *("cut 5,3", "cut 5,3; jpeg:85", "cut 5,3; jpeg:75", "cut 16,24; jpeg:85"),
    *("cut 5,3; 0.75 bicubic", "cut 5,3; 0.75 bicubic; jpeg:85"),
    *("screen flat", "screen flat; jpeg:90", "screen pattern", "screen pattern; jpeg:90"),
    *("0.75 bilinear; screen pattern; jpeg:90",),
    *("turn right", "turn half", "turn left", "mirror", "turn right; jpeg:85"),
    *("turn left; cut 5,3; jpeg:85", "mirror; 0.75 bicubic; jpeg:85"),
)
KEYS = sshr.Keys(reference_alone=True)


def changed(picture: Rgb8, name: str) -> Rgb8:
    """A picture after the steps of a row's name."""
    for step in name.split("; "):
        picture = np.ascontiguousarray(_step(step)(picture))
    return picture


def _step(name: str) -> Callable[[Rgb8], Rgb8]:
    if ":" in name:
        return lambda picture: through(name, picture)
    kind, _, value = name.partition(" ")
    if kind == "cut":
        return lambda picture: _cut(picture, *map(int, value.split(",")))
    if kind == "screen":
        return lambda picture: _screen(picture, value)
    if kind == "turn":
        return lambda picture: np.rot90(picture, {"left": 1, "half": 2, "right": 3}[value])
    if kind == "mirror":
        return lambda picture: picture[:, ::-1]
    return lambda picture: _resized(picture, float(kind), value)


def _cut(picture: Rgb8, top: int, left: int) -> Rgb8:
    """Without rows at the top and columns at the left; of whole blocks also one at the bottom."""
    more = 8 if top % 8 == 0 else 0
    return picture[top : picture.shape[0] - more, left:]


def _screen(picture: Rgb8, around: str) -> Rgb8:
    """At an odd place of a larger picture."""
    height, width = picture.shape[:2]
    whole = np.full((height * 17 // 10, width * 21 // 10, 3), 246, np.uint8)
    if around == "pattern":
        rows, columns = np.indices(whole.shape[:2])
        whole[(rows // 7 + columns // 9) % 2 == 0] = (60, 90, 70)
    whole[41 : 41 + height, 57 : 57 + width] = picture
    return whole


def _resized(picture: Rgb8, scale: float, kind: str) -> Rgb8:
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling[kind.upper()]))


Found = tuple[float, int, str]
"""PSNR in dB, layers and words."""


def measured(job: tuple[int, tuple[Path, Path], int]) -> tuple[dict[str, Found], float]:
    """What is revealed of a pair by row, and the processor time of a reveal in seconds.

    Args:
        job: the pair's number, secret and reference, and pixels of a side.
    """
    number, pair, crop = job
    secret, reference = (centre_crop(read_image(one).rgb, crop) for one in pair)
    grey = psnr(np.full_like(secret, round(secret.mean())), secret)
    draw = random.Random(f"robust {number}").randbytes
    stego = sshr.conceal(secret, reference, KEYS, "robust", random=draw, analog="off")
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "stego.png"
        stego.save(path)
        seen = read_image(path).rgb
    rows: dict[str, Found] = {}
    started = time.process_time()
    for name in NAMES:
        try:
            found = sshr.reveal(changed(seen, name), reference, KEYS)
        except SshrError as error:
            rows[name] = grey, 0, type(error).__name__
        else:
            layers = 1 if "alone" in found.channel else 2
            rows[name] = psnr(found.rgb, secret), layers, found.channel.partition(";")[0]
    return rows, (time.process_time() - started) / len(NAMES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="OUT")
    args = parser.parse_args()
    pairs = fixed_pairs(args.folder)[: args.limit]
    jobs = [(number, pair, args.crop) for number, pair in enumerate(pairs)]
    with ProcessPoolExecutor(args.jobs) as pool:
        found = list(pool.map(measured, jobs))
    seconds = fmean(each for _, each in found)
    table = {}
    for name in NAMES:
        rows = [each[name] for each, _ in found]
        table[name] = {
            "psnr": fmean(level for level, _, _ in rows),
            "base": sum(layers > 0 for _, layers, _ in rows),
            "refined": sum(layers > 1 for _, layers, _ in rows),
            "pairs": len(pairs),
            "words": Counter(words for _, _, words in rows).most_common(1)[0][0],
        }
        row = table[name]
        told = f"{row['base']:3} {row['refined']:3} of {row['pairs']}"
        print(f"{name:40} {row['psnr']:6.2f} dB {told}  {row['words']}")
    print(f"a reveal takes {seconds:.2f} s of a processor")
    if args.json:
        facts = {"folder": args.folder.name, "crop": args.crop, "seconds": seconds}
        args.json.write_text(json.dumps(facts | {"changes": table}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
