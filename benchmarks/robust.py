"""What comes through which channel of the robust transport, one stego a pair, through files.

    python benchmarks/robust.py FOLDER [--survive messenger] [--analog auto]
        [--channels png,jpeg:75] [--crop 256] [--json OUT]

The fixed pairs of the folder, central squares of 256 px (`--crop 0`: whole pictures). Every stego
is written as PNG and read again before each channel. PSNR in dB of 8-bit RGB with the secret; a
reveal that fails counts as the secret's own mean grey. `came` counts pairs of which the base
picture at least came through. Draws come from a seed.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean

import numpy as np

import sshr
from sshr.errors import SshrError
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.channels import parse_channel
from sshr.imaging.reading import read_image
from sshr.metrics import psnr, ssim

NAMES = (
    *("png", "jpeg:95", "jpeg:85", "jpeg:75", "jpeg:75:444", "jpeg:70", "jpeg:50", "jpeg:40"),
    *("jpeg:85+jpeg:75", "webp:80", "webp:60", "avif:70", "brightness:2", "brightness:-2"),
    *("contrast:-5", "gamma:0.95", "noise", "blur", "poisson", "resize:0.5"),
    *("small:0.5", "small:0.75", "small:0.5+jpeg:75", "small:0.75+jpeg:85"),
)
KEYS = sshr.Keys(reference_alone=True)


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
    names = args.channels.split(",")
    rows: dict[str, list[tuple[float, float, bool]]] = {name: [] for name in names}
    stegos, sizes, times, refused = [], [], [], 0
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "stego.png"
        for number, pair in enumerate(fixed_pairs(args.folder)[: args.limit]):
            secret, reference = (read_image(one).rgb for one in pair)
            if args.crop:
                secret, reference = (centre_crop(one, args.crop) for one in (secret, reference))
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
                for name in names:
                    rows[name].append(failed)
                continue
            times.append(time.process_time() - started)
            seen = read_image(path).rgb
            stegos.append(psnr(seen, reference))
            sizes.append(stego.made.payload_bytes)
            for name in names:
                try:
                    arrived = parse_channel(name).distort(seen, np.random.default_rng(number))
                    found = sshr.reveal(arrived, reference, KEYS).rgb
                    rows[name].append((psnr(found, secret), ssim(found, secret), True))
                except SshrError:
                    rows[name].append(failed)
    told = f"stego {fmean(stegos):.2f} dB, {fmean(sizes):.0f} bytes, {fmean(times):.1f} s"
    print(f"{told}, {refused} refused")
    table = {}
    for name, found in rows.items():
        came = sum(one[2] for one in found)
        table[name] = {
            "psnr": fmean(one[0] for one in found),
            "ssim": fmean(one[1] for one in found),
            "came": came,
            "pairs": len(found),
        }
        row = table[name]
        print(f"{name:15} {row['psnr']:6.2f} dB  {row['ssim']:.4f}  {came} of {len(found)}")
    if args.json:
        facts = {"folder": args.folder.name, "crop": args.crop, **options, "refused": refused}
        facts |= {"stego_psnr_mean": fmean(stegos), "bytes": fmean(sizes), "channels": table}
        args.json.write_text(json.dumps(facts, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
