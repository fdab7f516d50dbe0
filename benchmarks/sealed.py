"""Sealed stegos against the plain codec with base-m digits: fidelity, through PNG files.

    python benchmarks/sealed.py --data KODAK24 [--limit N] [--noise KIND...] [--capacities]

Pairs and crops are those of every benchmark. The peer gets the same compressed bytes and an AEAD,
and writes digits of base m = 2..16 into all samples, the m values nearest to the reference inside
0..255; it has no header, no keys and no integrity over unused samples.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from seeded import drawing

import sshr
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.metrics import psnr
from sshr.transports.sealed.codecs import decode, fitting, lossless
from sshr.types import Rgb8

SIZE = 256


@dataclass(frozen=True)
class Score:
    stego: float
    revealed: float
    bytes: int
    conceal_s: float
    reveal_s: float


def sealed(secret: Rgb8, reference: Rgb8, noise: str, folder: Path, **request: object) -> Score:
    started = time.perf_counter()
    stego = sshr.conceal(secret, reference, sshr.Keys(), "sealed", noise=noise, **request)
    path = folder / "stego.png"
    write_image(path, stego.image, force=True)
    made = time.perf_counter() - started
    seen = read_image(path).rgb
    started = time.perf_counter()
    back = sshr.reveal(seen, reference, sshr.Keys()).rgb
    took = time.perf_counter() - started
    exact = np.array_equal(back, secret)
    figure = float("inf") if exact else psnr(back, secret)
    return Score(psnr(seen, reference), figure, stego.made.payload_bytes, made, took)


def base_m(secret: Rgb8, reference: Rgb8, base: int | None, folder: Path) -> Score:
    """Digits of one base, or (None) of the smallest that holds the lossless code."""
    started = time.perf_counter()
    code = lossless(secret)
    bases = range(2, 17) if base is None else [base]
    for base in bases:
        room = int(reference.size * np.log2(base)) // 8 - 40
        if len(code.data) <= room:
            break
    else:
        code = fitting(secret, room, len(code.data))
        assert code is not None
    digits = np.random.default_rng(0).integers(0, base, reference.shape)  # ciphertext is uniform
    low = np.clip(reference.astype(int) - base // 2, 0, 256 - base)
    stego = (low + (digits - low) % base).astype(np.uint8)
    path = folder / "peer.png"
    write_image(path, stego, force=True)
    made = time.perf_counter() - started
    assert np.array_equal(read_image(path).rgb % base, digits)
    started = time.perf_counter()
    back = decode(code.codec, code.data)
    took = time.perf_counter() - started
    exact = np.array_equal(back, secret)
    figure = float("inf") if exact else psnr(back, secret)
    return Score(psnr(stego, reference), figure, len(code.data), made, took)


def line(name: str, scores: list[Score]) -> str:
    lossy = [score.revealed for score in scores if np.isfinite(score.revealed)]
    revealed = f"{np.mean(lossy):.2f}" if lossy else "-"
    return (
        f"| {name} | {np.mean([s.stego for s in scores]):.2f} | {revealed} | "
        f"{len(scores) - len(lossy)}/{len(scores)} | "
        f"{np.mean([s.bytes for s in scores]):.0f} | "
        f"{np.median([s.conceal_s for s in scores]):.2f} | "
        f"{np.median([s.reveal_s for s in scores]):.3f} |"
    )


def print_capacities(references: list[Rgb8], noises: list[str]) -> None:
    """Mean bytes that fit, by noise and stego PSNR."""
    for noise in noises:
        rooms = [
            sshr.forecast(None, reference, "sealed", noise=noise).capacity
            for reference in references
        ]
        means = (f"{np.mean([room[db] for room in rooms]):.0f}" for db in rooms[0])
        print(f"| {noise} | {' | '.join(means)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--noise", nargs="*", default=["uniform", "texture"])
    parser.add_argument("--capacities", action="store_true", help="only bytes that fit")
    arguments = parser.parse_args()
    pairs = [
        tuple(centre_crop(read_image(path).rgb, SIZE) for path in pair)
        for pair in fixed_pairs(arguments.data)[: arguments.limit]
    ]
    if arguments.capacities:
        print("| noise | 38 dB | 41 dB | 44 dB | 46 dB | 50 dB |\n|---|---|---|---|---|---|")
        print_capacities([pair[1] for pair in pairs], arguments.noise)
        return
    print(f"{len(pairs)} pairs of {SIZE} px, reference alone as the key (no Argon2id)\n")
    print(
        "| embedding | stego PSNR | revealed PSNR, lossy ones | lossless | bytes "
        "| hide, s | reveal, s |"
    )
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name, drawing("sealed"):
        folder = Path(name)
        for noise in arguments.noise:
            for db in (41.0, 46.0):
                scores = [sealed(*pair, noise, folder, stego_psnr=db) for pair in pairs]
                print(line(f"sealed, {noise}, {db:g} dB", scores), flush=True)
            scores = [sealed(*pair, noise, folder, quality="lossless") for pair in pairs]
            print(line(f"sealed, {noise}, lossless", scores), flush=True)
        for base in (4, 7):
            scores = [base_m(*pair, base, folder) for pair in pairs]
            print(line(f"base {base}", scores), flush=True)
        scores = [base_m(*pair, None, folder) for pair in pairs]
        print(line("smallest base, lossless", scores), flush=True)


if __name__ == "__main__":
    main()
