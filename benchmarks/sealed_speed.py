"""Time and memory of the sealed transport: processes on a large reference, a reveal at 256 px.

    python benchmarks/sealed_speed.py [--threads 2] [--size 4000x3000] [--repeats 9] [--json OUT]

A file of random bytes and a picture of the reference's own size go into a large reference; wall
time and peak memory are those of whole `sshr` processes, start, Argon2id and verification included.
At 256 px `sshr.reveal` of a picture is timed in the process, from the stego's file to the samples.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import median_seconds, run_sshr
from printing import keep, show
from speed import PASSPHRASE, REFERENCE, SECRET, SIDE, picture, width_height

import sshr
from sshr.imaging.writing import write_image

FILE_BYTES = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--size", type=width_height, default=(4000, 3000), help="WxH")
    parser.add_argument("--repeats", type=int, default=9, help="of the small reveal")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures there too")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    told: dict[str, Any] = {"cores": given.threads, "size": "{}x{}".format(*given.size)}
    with tempfile.TemporaryDirectory() as name:
        told["unseal_256_seconds"] = sorted(small(Path(name), given.repeats))
        told |= large(Path(name), given.size, given.threads)
    print(f"reveal, {SIDE} px: {told['unseal_256_seconds']} s")
    show(f"whole processes, reference {told['size']}", [told["file"], told["picture"]])
    keep(given.json, speed=told)
    return 0


def small(folder: Path, repeats: int) -> list[float]:
    """Seconds to reveal a picture from a file of 256 px, lossy at 46 dB and exact."""
    reference, stego = folder / "small.png", folder / "small-stego.png"
    write_image(reference, picture(REFERENCE, (SIDE, SIDE), seed=2))
    secret, keys, found = picture(SECRET, (SIDE, SIDE), seed=1), sshr.Keys(), []
    for options in ({"stego_psnr": 46.0}, {"quality": "lossless"}):
        sshr.conceal(secret, reference, keys, "sealed", **options).save(stego, force=True)
        found.append(median_seconds(lambda: sshr.reveal(stego, reference, keys), repeats))
    return found


def large(folder: Path, size: tuple[int, int], threads: int) -> dict[str, dict[str, Any]]:
    """Whole processes."""
    reference, secret, data = folder / "large.png", folder / "secret.png", folder / "data"
    write_image(reference, picture(REFERENCE, size, seed=2))
    write_image(secret, picture(SECRET, size, seed=1))
    data.write_bytes(np.random.default_rng(0).bytes(FILE_BYTES))
    stego, revealed, told = folder / "stego.png", folder / "revealed.png", {}
    end = ("-r", reference, "--force", "--json")
    for what, words in (("file", ("--file", data)), ("picture", (secret,))):
        hide = ("conceal", *words, "--transport", "sealed", "-o", stego, *end)
        told[what] = {}
        for verb, command in (
            ("conceal", hide),
            ("reveal", ("reveal", stego, "-o", revealed, *end)),
        ):
            usage = run_sshr(command, PASSPHRASE, threads)
            told[what][f"{verb}_seconds"] = usage.seconds
            told[what][f"{verb}_memory"] = f"{usage.peak_bytes / 2**20:.0f} MiB"
    return told


if __name__ == "__main__":
    sys.exit(main())
