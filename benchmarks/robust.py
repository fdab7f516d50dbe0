"""What comes through which channel of the robust transport, one stego a pair, through files.

    python benchmarks/robust.py FOLDER [--survive messenger] [--analog auto]
        [--channels png,jpeg:75] [--crop 256] [--json OUT]

The fixed pairs of the folder, central squares of 256 px (`--crop 0`: whole pictures). Every stego
is written as PNG and read again before each channel. PSNR in dB of 8-bit RGB with the secret, SSIM
and LPIPS; a reveal that fails counts as the secret's own mean grey. `came` counts pairs of which
the base picture at least came through. Draws come from a seed.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

import sshr
from sshr.errors import SshrError
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.channels import Channel, parse_channels
from sshr.imaging.reading import read_image
from sshr.metrics import psnr, ssim
from sshr.types import Rgb8

NAMES = (
    *("png", "jpeg:95", "jpeg:85", "jpeg:75", "jpeg:75:444", "jpeg:70", "jpeg:50", "jpeg:40"),
    *("jpeg:85+jpeg:75", "webp:80", "webp:60", "avif:70", "brightness:2", "brightness:-2"),
    *("contrast:-5", "gamma:0.95", "noise", "blur", "poisson", "resize:0.5"),
    *("small:0.5", "small:0.75", "small:0.5+jpeg:75", "small:0.75+jpeg:85"),
)
KEYS = sshr.Keys(reference_alone=True)

Pair = tuple[Rgb8, Rgb8]
Row = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--survive", default="messenger")
    parser.add_argument("--analog", default="auto")
    parser.add_argument("--stego-psnr", type=float, default=40.6)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--channels", default=",".join(NAMES))
    parser.add_argument("--json", type=Path, metavar="OUT")
    args = parser.parse_args()
    options = {"survive": args.survive, "analog": args.analog, "stego_psnr": args.stego_psnr}
    pairs = pairs_of(args.folder, args.crop, args.limit)
    facts = measured(pairs, options, parse_channels(args.channels))
    facts = {"folder": args.folder.name, "crop": args.crop, **facts}
    if args.json:
        args.json.write_text(json.dumps(facts, indent=1) + "\n")
    return 0


def pairs_of(folder: Path, crop: int, limit: int | None) -> list[Pair]:
    """Secrets and references, the fixed pairs of a folder; 0 crops nothing."""
    found = []
    for pair in fixed_pairs(folder)[:limit]:
        secret, reference = (read_image(one).rgb for one in pair)
        found.append(tuple(centre_crop(one, crop) if crop else one for one in (secret, reference)))
    return found


def measured(
    pairs: Sequence[Pair], options: dict[str, Any], channels: Sequence[Channel]
) -> dict[str, Any]:
    """One stego a pair through all channels: options, means of the stegos, a row a channel."""
    rows: dict[str, list[Row]] = {channel.name: [] for channel in channels}
    compare, stegos, sizes, times, refused = _Compare(), [], [], [], 0
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "stego.png"
        for number, (secret, reference) in enumerate(pairs):
            failed = compare(np.full_like(secret, round(secret.mean())), secret, came=False)
            draw = random.Random(f"robust {number}").randbytes
            started = time.process_time()
            try:
                stego = sshr.conceal(secret, reference, KEYS, "robust", random=draw, **options)
                stego.save(path, force=True)
            except SshrError as error:
                print(f"pair {number}: {error}", file=sys.stderr)
                refused += 1
                for found in rows.values():
                    found.append(failed)
                continue
            times.append(time.process_time() - started)
            seen = read_image(path).rgb
            stegos.append(psnr(seen, reference))
            sizes.append(stego.made.payload_bytes)
            for channel in channels:
                arrived = channel.distort(seen, np.random.default_rng(number))
                try:
                    row = compare(sshr.reveal(arrived, reference, KEYS).rgb, secret)
                except SshrError:
                    row = failed
                rows[channel.name].append(row)
    if not stegos:
        raise SystemExit(1)  # why is said above
    told = f"stego {fmean(stegos):.2f} dB, {fmean(sizes):.0f} bytes, {fmean(times):.1f} s"
    print(f"{told}, {refused} refused")
    facts = {**options, "refused": refused, "stego_psnr_mean": fmean(stegos)}
    return facts | {"bytes": fmean(sizes), "channels": dict(map(_mean, rows.items()))}


class _Compare:
    """What was revealed against the secret."""

    def __init__(self) -> None:
        self._lpips = Lpips()

    def __call__(self, found: Rgb8, secret: Rgb8, came: bool = True) -> Row:
        told = {"psnr": psnr(found, secret), "ssim": ssim(found, secret)}
        return told | {"lpips": self._lpips(found, secret), "came": came}


def _mean(named: tuple[str, list[Row]]) -> tuple[str, Row]:
    """The mean of a channel's rows; it is printed too."""
    name, rows = named
    row: Row = {what: fmean(one[what] for one in rows) for what in ("psnr", "ssim", "lpips")}
    row |= {"came": sum(one["came"] for one in rows), "pairs": len(rows)}
    told = f"{row['psnr']:6.2f} dB  {row['ssim']:.4f}  {row['lpips']:.3f}"
    print(f"{name:18} {told}  {row['came']} of {len(rows)}")
    return name, row


if __name__ == "__main__":
    sys.exit(main())
