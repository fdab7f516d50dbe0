"""How long something takes, how much memory a process needs, how many operations a network does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

import sshr

# A process's peak memory counts what its parent held when it was started, so the command is
# started from a small interpreter of its own, which also times it.
_LAUNCHER = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
seconds = time.perf_counter() - started
use = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = use.ru_maxrss if sys.platform == "darwin" else use.ru_maxrss * 1024
print(json.dumps([code, seconds, use.ru_utime + use.ru_stime, peak]))
"""


@dataclass(frozen=True)
class Usage:
    """Wall and processor time of a process, and the peak of its resident memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def median_seconds(work: Callable[[], object], repeats: int, warm_up: int = 2) -> float:
    """Median wall time of `work` over `repeats` calls, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def run_sshr(words: Sequence[str | Path], passphrase: str, threads: int) -> Usage:
    """Run one sshr command of this very package to its end, in a process with so many threads.

    Raises:
        RuntimeError: it failed; what it said is on stderr.
    """
    source = str(Path(sshr.__file__).parents[1])
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    return run_process([sys.executable, "-m", "sshr", *words], passphrase, threads, path)


def run_process(words: Sequence[str | Path], passphrase: str, threads: int, path: str) -> Usage:
    """Run any command to its end, with so many threads.

    Args:
        path: its PYTHONPATH.

    Raises:
        RuntimeError: it failed; what it said is on stderr.
    """
    environment = {"SSHR_PASSPHRASE": passphrase, "PYTHONPATH": path}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    launched = [sys.executable, "-c", _LAUNCHER, *map(str, words)]
    others = dict(os.environ)
    others.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled once
    done = subprocess.run(
        launched, env=others | environment, stdout=subprocess.PIPE, text=True, check=True
    )
    code, *figures = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(map(str, words[2:4]))} ... failed with exit code {code}")
    return Usage(*figures)


@torch.no_grad()
def flops(work: Callable[[], object]) -> int:
    """Operations of all convolutions and matrix products, a multiply-add counted as two."""
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())
