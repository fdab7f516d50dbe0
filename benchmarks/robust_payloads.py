"""Random bytes through random channels that `messenger` promises: exact, or a clear error.

    python benchmarks/robust_payloads.py --data BSDS100 [--payloads N] [--side PX] [--tiles N]
        [--seed N] [--json OUT]

Payloads of 0 to 200 bytes in central squares of the photographs, each through one channel of the
promise whose noise is drawn afresh (the sender has tried another draw). With `--tiles` a reference
is so many squares a side of as many photographs, to have a megapixel and more. `refused`: the
reference does not carry it, said before anything is sent. `lost`: an error at the reveal. `wrong`:
other bytes came back, which must never be; then this exits with 1.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import sshr
from sshr.errors import SshrError, TooSmallError
from sshr.evaluation.protocols import centre_crop
from sshr.imaging.channels import parse_channel
from sshr.imaging.reading import read_image
from sshr.transports.robust.profiles import PROMISES
from sshr.types import Rgb8

KEYS = sshr.Keys(reference_alone=True)
MOST = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--payloads", type=int, default=1000)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--tiles", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="OUT")
    args = parser.parse_args()
    files = sorted(each for each in args.data.rglob("*") if each.suffix in (".png", ".webp"))
    draw, names = random.Random(args.seed), PROMISES["messenger"].channels
    photos = [read_image(each).rgb for each in files]
    photos = [each for each in photos if min(each.shape[:2]) >= args.side]
    counts: Counter[str] = Counter()
    by_channel = {name: Counter() for name in names}
    for number in range(args.payloads):
        reference = mosaic(photos, number, args.side, args.tiles)
        data, name = draw.randbytes(draw.randint(0, MOST)), draw.choice(names)
        outcome = _outcome(data, reference, name, draw)
        counts[outcome] += 1
        by_channel[name][outcome] += 1
        if number % 25 == 24:
            print(number + 1, dict(counts), flush=True)
    facts = {
        "data": args.data.name,
        "photographs": len(photos),
        "side": args.side,
        "tiles": args.tiles,
    }
    facts |= {"payloads": args.payloads, "seed": args.seed, "outcomes": dict(counts)}
    facts["by_channel"] = {name: dict(found) for name, found in by_channel.items()}
    print(json.dumps(facts, indent=1))
    if args.json:
        args.json.write_text(json.dumps(facts, indent=1) + "\n")
    return 1 if counts["wrong"] else 0


def mosaic(photos: Sequence[Rgb8], first: int, side: int, tiles: int) -> Rgb8:
    """Central squares of photographs from this one on, `tiles` by `tiles` of them."""
    picked = [photos[(first + i) % len(photos)] for i in range(tiles * tiles)]
    squares = np.stack([centre_crop(photo, side) for photo in picked])
    rows = squares.reshape(tiles, tiles, side, side, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(rows.reshape(tiles * side, tiles * side, 3))


def _outcome(data: bytes, reference: Rgb8, name: str, draw: random.Random) -> str:
    noise = np.random.default_rng(draw.getrandbits(64))
    try:
        stego = sshr.conceal(sshr.Blob(data), reference, KEYS, "robust", random=draw.randbytes)
    except TooSmallError:
        return "refused"
    try:
        arrived = parse_channel(name).distort(stego.image, noise)
        found = sshr.reveal(arrived, reference, KEYS).data
    except SshrError:
        return "lost"
    return "exact" if found == data else "wrong"


if __name__ == "__main__":
    sys.exit(main())
