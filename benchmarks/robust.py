"""What comes through which channel of the robust transport, one stego a pair, through files.

    python benchmarks/robust.py FOLDER [--survive messenger] [--analog auto] [--json OUT]

The fixed pairs of the folder, central squares of 256 px. Every stego is written as PNG and read
again before each channel. PSNR in dB of 8-bit RGB with the secret; a reveal that fails counts as
the secret's own mean grey. `came` counts pairs of which the base picture at least came through.
Draws come from a seed.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import numpy as np

import sshr
from sshr.errors import SshrError
from sshr.evaluation.channels import parse_channel
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.metrics import psnr, ssim
from sshr.transports.robust.profiles import channel
from sshr.types import Rgb8

NAMES = (
    *("png", "jpeg:95", "jpeg:85", "jpeg:75", "jpeg:70", "jpeg:50", "jpeg:40", "webp:80"),
    *("brightness:2", "brightness:-2", "noise", "blur", "poisson", "half", "half, jpeg:75"),
)
KEYS = sshr.Keys()


def through(name: str, seed: int) -> Callable[[Rgb8], Rgb8]:
    """A channel: `half` comes back small."""
    if name.startswith("half"):
        _, _, then = name.partition(", ")
        return lambda picture: channel(then or "none")(channel("half")(picture))
    distort = parse_channel(name).distort
    return lambda picture: distort(picture, np.random.default_rng(seed))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--survive", default="messenger")
    parser.add_argument("--analog", default="auto")
    parser.add_argument("--stego-psnr", type=float, default=40.6)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path, metavar="OUT")
    args = parser.parse_args()
    options = {"survive": args.survive, "analog": args.analog, "stego_psnr": args.stego_psnr}
    rows: dict[str, list[tuple[float, float, bool]]] = {name: [] for name in NAMES}
    stegos, sizes, times, refused = [], [], [], 0
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "stego.png"
        for number, pair in enumerate(fixed_pairs(args.folder)[: args.limit]):
            secret, reference = (centre_crop(read_image(one).rgb, args.crop) for one in pair)
            grey = np.full_like(secret, round(secret.mean()))
            failed = psnr(grey, secret), ssim(grey, secret), False
            draw = random.Random(f"robust {number}").randbytes
            started = time.process_time()
            try:
                stego = sshr.conceal(secret, reference, KEYS, "robust", random=draw, **options)
                stego.save(path, force=True)
            except SshrError as error:
                print(f"pair {number}: {error}", file=sys.stderr)
                refused += 1
                for name in NAMES:
                    rows[name].append(failed)
                continue
            times.append(time.process_time() - started)
            seen = read_image(path).rgb
            stegos.append(psnr(seen, reference))
            sizes.append(stego.made.payload_bytes)
            for name in NAMES:
                try:
                    found = sshr.reveal(through(name, number)(seen), reference, KEYS).rgb
                    rows[name].append((psnr(found, secret), ssim(found, secret), True))
                except SshrError:
                    rows[name].append(failed)
    print(
        f"stego {fmean(stegos):.2f} dB, {fmean(sizes):.0f} bytes, {fmean(times):.1f} s, "
        f"{refused} refused"
    )
    table = {}
    for name, found in rows.items():
        came = sum(one[2] for one in found)
        table[name] = {
            "psnr": fmean(one[0] for one in found),
            "ssim": fmean(one[1] for one in found),
            "came": came,
            "pairs": len(found),
        }
        told = table[name]
        print(f"{name:15} {told['psnr']:6.2f} dB  {told['ssim']:.4f}  {came} of {len(found)}")
    if args.json:
        told = {"folder": args.folder.name, "crop": args.crop, **options, "refused": refused}
        told |= {"stego_psnr_mean": fmean(stegos), "bytes": fmean(sizes), "channels": table}
        args.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
