"""The sealed transport beside a codec with base-m digits, through PNG files; and what fits.

    python benchmarks/sealed.py --data KODAK24 [--limit N] [--noise KIND...] [--json OUT]

Pairs and crops are those of every benchmark; the reference alone is the key, so no Argon2id is
timed. The peer is the method `classical` of `sshr evaluate`: the same codecs and an AEAD, digits
of base m in all samples; it has no header, no recipients and no integrity over unused samples.
Kinds of noise that are not asked for stay in the file of figures; with `--no-peer` it does too.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
from printing import keep, kept, show

import sshr
from sshr.evaluation.methods.table import METHODS
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.metrics import psnr
from sshr.transports.sealed.noise import Noise
from sshr.types import Rgb8

SIZE, KEY = 256, bytes(32)
ORDER = [kind.name.lower() for kind in Noise]
Pair = tuple[Rgb8, Rgb8]
Conceal = Callable[[Rgb8, Rgb8], tuple[Rgb8, int | None]]
Reveal = Callable[[Rgb8, Rgb8], Rgb8]


def sealed(options: dict[str, Any]) -> tuple[Conceal, Reveal]:
    """The transport with these options; bytes are those of the encoded secret."""

    def conceal(secret: Rgb8, reference: Rgb8) -> tuple[Rgb8, int | None]:
        draw, keys = random.Random("sealed").randbytes, sshr.Keys(reference_alone=True)
        stego = sshr.conceal(secret, reference, keys, "sealed", random=draw, **options)
        return stego.image, stego.made.payload_bytes

    return (
        conceal,
        lambda seen, reference: sshr.reveal(seen, reference, sshr.Keys(reference_alone=True)).rgb,
    )


def classical(base: str) -> tuple[Conceal, Reveal]:
    """The peer."""
    method = METHODS["classical"](base, "cpu").method
    return (
        lambda secret, reference: (method.conceal(secret[None], reference[None], KEY)[0], None),
        lambda seen, reference: method.reveal(seen[None], reference[None], KEY)[0],
    )


def measured(
    name: str, way: tuple[Conceal, Reveal], pairs: list[Pair], path: Path
) -> dict[str, Any]:
    """Conceal, write, read and reveal every pair: means, and medians of times.

    `revealed_psnr` is that of pictures that are not exact.
    """
    stegos, lossy, sizes, times = [], [], [], []
    conceal, reveal = way
    for secret, reference in pairs:
        started = time.perf_counter()
        image, size = conceal(secret, reference)
        write_image(path, image, force=True)
        made, seen = time.perf_counter(), read_image(path).rgb
        read = time.perf_counter()
        back = reveal(seen, reference)
        times.append((made - started, time.perf_counter() - read))
        stegos.append(psnr(seen, reference))
        sizes += [] if size is None else [size]
        lossy += [] if np.array_equal(back, secret) else [psnr(back, secret)]
    hide, back_again = (median(spent) for spent in zip(*times, strict=True))
    row: dict[str, Any] = {"embedding": name, "stego_psnr": fmean(stegos)}
    row |= {"revealed_psnr": fmean(lossy) if lossy else None, "lossless": len(pairs) - len(lossy)}
    row |= {"bytes": round(fmean(sizes)) if sizes else None}
    return row | {"hide_seconds": hide, "reveal_seconds": back_again}


def capacities(references: list[Rgb8], noise: str) -> dict[float, int]:
    """Mean bytes that fit, by the stego's PSNR."""
    found = [sshr.forecast(None, one, "sealed", noise=noise).capacity for one in references]
    return {db: round(fmean(one[db] for one in found)) for db in found[0]}


def joined(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """With the rows of an earlier run of the same pairs; sealed ones first, by kind of noise."""
    if before is None or any(before[name] != now[name] for name in ("pairs", "crop")):
        return now
    rows = {row["embedding"]: row for row in (*before["rows"], *now["rows"])}
    peer = [name for name in rows if not name.startswith("sealed, ")]
    names = [name for noise in ORDER for name in rows if name.startswith(f"sealed, {noise}, ")]
    return now | {"rows": [rows[name] for name in (*names, *peer)]}


def fitted(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """With what an earlier run found of other kinds of noise."""
    if before is None or before["stego_psnr"] != now["stego_psnr"]:
        return now
    sizes = before["bytes"] | now["bytes"]
    return now | {"bytes": {noise: sizes[noise] for noise in ORDER if noise in sizes}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--noise", nargs="*", default=ORDER, choices=ORDER)
    parser.add_argument("--no-peer", action="store_true", help="the sealed transport alone")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write both parts there too")
    given = parser.parse_args()
    pairs = [
        (centre_crop(read_image(own).rgb, SIZE), centre_crop(read_image(shared).rgb, SIZE))
        for own, shared in fixed_pairs(given.data)[: given.limit]
    ]
    ways = {}
    for noise in given.noise:
        for db in (41, 46):
            ways[f"sealed, {noise}, {db} dB"] = sealed({"noise": noise, "stego_psnr": float(db)})
        ways[f"sealed, {noise}, lossless"] = sealed({"noise": noise, "quality": "lossless"})
    if not given.no_peer:
        ways |= {f"base {base}": classical(base) for base in ("4", "7")}
        ways["smallest base, lossless"] = classical("lossless")
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            measured(name, way, pairs, Path(folder) / "stego.png") for name, way in ways.items()
        ]
    show(f"{len(pairs)} pairs of {SIZE} px", rows)
    fits = {noise: capacities([shared for _, shared in pairs], noise) for noise in given.noise}
    show(
        "bytes that fit, by stego PSNR",
        [
            {"noise": noise} | {f"{db:g} dB": size for db, size in one.items()}
            for noise, one in fits.items()
        ],
    )
    levels = [round(db) for db in next(iter(fits.values()), {})]
    sizes = {noise: list(one.values()) for noise, one in fits.items()}
    before = kept(given.json)
    keep(
        given.json,
        fidelity=joined(before.get("fidelity"), {"pairs": len(pairs), "crop": SIZE, "rows": rows}),
        capacities=fitted(before.get("capacities"), {"stego_psnr": levels, "bytes": sizes}),
    )


if __name__ == "__main__":
    main()
