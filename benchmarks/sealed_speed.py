"""Time and memory of the sealed transport: processes on a large reference, a reveal at 256 px.

    python benchmarks/sealed_speed.py [--threads 2] [--size 4000x3000] [--repeats 9]

A file of random bytes and a picture of the reference's own size go into a large reference; wall
time and peak memory are those of whole `sshr` processes, start, Argon2id and verification included.
At 256 px `sshr.reveal` of a picture is timed in the process, from the stego's file to the samples.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from measuring import median_seconds, run_sshr
from speed import PASSPHRASE, REFERENCE, SECRET, SIDE, picture, width_height

import sshr
from sshr.imaging.writing import write_image

FILE_BYTES = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--size", type=width_height, default=(4000, 3000), help="WxH")
    parser.add_argument("--repeats", type=int, default=9, help="of the small reveal")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small(folder, arguments.repeats)
        large(folder, arguments.size, arguments.threads)
    return 0


def small(folder: Path, repeats: int) -> None:
    """A picture in a reference of 256 px, lossy at 46 dB and exact."""
    reference, stego = folder / "small.png", folder / "small-stego.png"
    write_image(reference, picture(REFERENCE, (SIDE, SIDE), seed=2))
    secret = picture(SECRET, (SIDE, SIDE), seed=1)
    for words, request in (("46 dB", {"stego_psnr": 46.0}), ("lossless", {"quality": "lossless"})):
        sshr.conceal(secret, reference, sshr.Keys(), "sealed", **request).save(stego, force=True)
        seconds = median_seconds(lambda: sshr.reveal(stego, reference, sshr.Keys()), repeats)
        print(f"unseal, {SIDE} px, {words}: {seconds:.3f} s", flush=True)


def large(folder: Path, size: tuple[int, int], threads: int) -> None:
    """Whole processes."""
    reference, secret, data = folder / "large.png", folder / "secret.png", folder / "data"
    write_image(reference, picture(REFERENCE, size, seed=2))
    write_image(secret, picture(SECRET, size, seed=1))
    data.write_bytes(np.random.default_rng(0).bytes(FILE_BYTES))
    stego, revealed = folder / "stego.png", folder / "revealed.png"
    for what, words in (("file of 1 MiB", ("--file", data)), ("picture", (secret,))):
        end = ("-r", reference, "--force", "--json")
        hide = ("conceal", *words, "--transport", "sealed", "-o", stego, *end)
        for verb, command in (
            ("conceal", hide),
            ("reveal", ("reveal", stego, "-o", revealed, *end)),
        ):
            usage = run_sshr(command, PASSPHRASE, threads)
            megabytes = usage.peak_bytes / 2**20
            shown = f"{verb}, {what}, {size[0]}x{size[1]}"
            print(f"{shown}: {usage.seconds:.1f} s, {megabytes:.0f} MiB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
