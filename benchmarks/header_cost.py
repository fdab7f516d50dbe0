"""What the header costs: PSNR by size of the picture, number of recipients and signature.

    python benchmarks/header_cost.py [FOLDER] [--sizes 64 256 1024] [--pairs N] [--json OUT]

For every fixed pair of the folder (default: examples/photos), both pictures cropped to their
central square and resized (Lanczos). `without` is the very same stego rounded without the header's
bits, 8-bit like the other; with it about every other sample or pixel that holds a bit takes another
level, which the rounding of its neighbours partly makes good. `stego` compares with the reference,
`revealed` with the secret. PSNR in dB over 8-bit RGB, means over the pairs; session keys come from
a seed.
"""

import argparse
import dataclasses
import json
import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image
from printing import show

from sshr.cli.progress import progress_bar
from sshr.crypto.keys import Keys
from sshr.errors import SshrError, TooSmallError, UsageError
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.header.carriers import trailing_bits
from sshr.header.drafts import TrailingDraft
from sshr.header.layout import Bucket
from sshr.header.metadata import Metadata
from sshr.header.signing import packed_length
from sshr.header.writer import HeaderWriter
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.transports.analog.receiving import reveal_with
from sshr.transports.cover import CoverPair
from sshr.types import Rgb8
from sshr.zoo.registry import load_model

PHOTOS = Path(__file__).parents[1] / "examples" / "photos"
PRESET = "base"
MEANS = ("share", "without", "stego", "revealed_without", "revealed")


@dataclass(frozen=True)
class Cost:
    """One row; PSNR in dB, None where the picture is too small for the header."""

    size: int
    recipients: int
    signed: bool
    header_bytes: int
    share: float | None = None
    without: float | None = None
    stego: float | None = None
    revealed_without: float | None = None
    revealed: float | None = None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=PHOTOS)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 256, 1024], help="px")
    parser.add_argument("--recipients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--pairs", type=int, help="the first so many pairs")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    try:
        pairs = fixed_pairs(args.folder)[: args.pairs]
        if any(size < 64 or size % 16 for size in args.sizes):
            raise UsageError("--sizes must be multiples of 16 and at least 64")
        with progress_bar(silent=False) as progress:
            costs = measure(pairs, args.sizes, args.recipients, progress)
    except SshrError as error:
        print(f"header_cost: {error}", file=sys.stderr)
        return error.exit_code
    show(f"{len(pairs)} pairs, preset {PRESET}, means; empty: too small for the header", costs)
    if args.json:
        rows = [asdict(cost) for cost in costs]
        args.json.write_text(json.dumps({"pairs": len(pairs), "costs": rows}, indent=1) + "\n")
    return 0


def measure(
    pairs: list[tuple[Path, Path]],
    sizes: list[int],
    recipients: list[int],
    progress: Progress = quiet,
) -> list[Cost]:
    """A row for each size, number of recipients, and without and with a signature."""
    engine = Engine(load_model(PRESET))
    kinds = [(size, count, signed) for size in sizes for count in recipients for signed in (0, 1)]
    costs = []
    for done, (size, count, signed) in enumerate(kinds, start=1):
        rows = []
        for number, paths in enumerate(pairs):
            own, shared = (square(path, size) for path in paths)
            seed = f"{number} {size} {count} {signed}"
            rows.append(cost_of(engine, own, shared, count, bool(signed), seed))
        costs.append(mean_of(rows))
        progress("pictures", done, len(kinds))
    return costs


def square(path: Path, size: int) -> Rgb8:
    """The central square, resized: (size, size, 3) uint8 RGB."""
    rgb = read_image(path).rgb
    image = Image.fromarray(centre_crop(rgb, min(rgb.shape[:2])))
    return np.array(image.resize((size, size), Image.Resampling.LANCZOS))


def cost_of(
    engine: Engine, secret: Rgb8, reference: Rgb8, count: int, signed: bool, seed: str
) -> Cost:
    """One stego, made as `sshr.conceal` makes it, and the same without its header."""
    size = secret.shape[0]
    people = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(1, count + 1))
    recipients = tuple(one.public_key().public_bytes_raw() for one in people)
    keys = Keys(recipients=recipients, signer=bytes(32) if signed else None)
    rsrk_public = engine.rsrk_public(secret)
    k_sym = engine.rsrk_symmetric(rsrk_public, reference)
    sending = HeaderWriter.start(reference, keys, random.Random(seed).randbytes)
    session = sending.session
    made = engine.conceal(secret, reference, k_sym, session)
    metadata = Metadata(
        engine.identity, size, size, rsrk_public=rsrk_public, tile_scales=made.scales
    )
    bucket = Bucket.holding(packed_length(metadata, signed), count, True)
    head = Cost(size, count, signed, trailing_bits(bucket) // 8)
    without = made.rounder.round()
    try:
        stego = sending.write(TrailingDraft(made.rounder), metadata, ecc=True)
    except TooSmallError:
        return head
    opened = sending.reopen(stego)
    assert opened.intact
    first = np.flatnonzero(opened.header.any(axis=(1, 2)))[0]
    assert np.array_equal(without[:first], stego[:first])  # rows above the header are the same
    revealed = reveal_with(engine, opened, CoverPair(stego, reference)).rgb
    bare = engine.reveal(without, reference, k_sym, made.scales, session)
    return dataclasses.replace(
        head,
        share=float(opened.header.mean()),
        without=psnr(without, reference),
        stego=psnr(stego, reference),
        revealed_without=psnr(bare, secret),
        revealed=psnr(revealed, secret),
    )


def mean_of(rows: list[Cost]) -> Cost:
    """The row of the means; all rows are of one kind."""
    if any(row.stego is None for row in rows):
        return rows[0]
    means = {name: fmean(getattr(row, name) for row in rows) for name in MEANS}
    return dataclasses.replace(rows[0], **means)


if __name__ == "__main__":
    raise SystemExit(main())
