"""`sshr evaluate` again, and with another number of threads: are the figures the same?

    python benchmarks/reproducible.py --data KODAK24 [--limit N] [--threads 1 2]

Runs the command once with each number of threads and once more with the first, each in a folder of
its own, and compares every figure of every pair. Exits with 1 if the repetition differs at all, or
a PSNR by more than 0.02 dB between numbers of threads.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measuring import run_sshr

LIMIT_DB = 0.02
CHANNELS = "png,float,jpeg:75,noise"


def evaluated(data: Path, limit: int, threads: int, out: Path) -> list[dict[str, Any]]:
    """The lines of one run, without its head."""
    words = ("evaluate", "--preset", "base", "--method", "classical:8", "--data", data)
    more = ("--channel", CHANNELS, "--limit", str(limit), "--out", out, "--json")
    run_sshr((*words, *more), "none is needed", threads)
    return [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()[1:]]


def figures(value: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number below a value, by the path of keys to it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from figures(each, f"{name}/{key}")
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from figures(each, f"{name}/{i}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, float(value)


def differences(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> tuple[float, float]:
    """The largest of PSNRs (dB), and of all other figures; infinite where one has no partner."""
    decibels = others = 0.0
    for line, other in zip(first, second, strict=True):
        left, right = dict(figures(line)), dict(figures(other))
        if left.keys() != right.keys():
            return math.inf, math.inf
        for name, value in left.items():
            if value == right[name]:  # infinite ones too
                continue
            gap = abs(value - right[name])
            if "psnr" in name:
                decibels = max(decibels, gap)
            else:
                others = max(others, gap)
    return decibels, others


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=24)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        order = [*given.threads, given.threads[0]]
        first, *rest = [
            evaluated(given.data, given.limit, threads, Path(name) / str(n))
            for n, threads in enumerate(order)
        ]
    worst = 0.0
    for threads, lines in zip(order[1:], rest, strict=True):
        decibels, others = differences(first, lines)
        apart = f"PSNR {decibels:.6f} dB, other figures {others:.6f} apart at most"
        print(f"{order[0]} and {threads} threads: {len(first)} results, {apart}", flush=True)
        worst = max(worst, decibels)
    same = differences(first, rest[-1]) == (0.0, 0.0)
    return int(not same or worst > LIMIT_DB)


if __name__ == "__main__":
    sys.exit(main())
