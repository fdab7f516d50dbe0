"""A whole folder: one process against two, memory, a corrupt file, and a kill half-way.

python benchmarks/folders.py PHOTOGRAPHS

Cuts the central 256 px of the first 100 photographs; secret i goes with reference i + 1. One
secret is cut short on purpose. Exit code 1 if a file was lost or done twice, or the corrupt one
was not reported.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from sshr.errors import UsageError
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image

CORRUPT = "p003.png"
LOADED = 4  # outputs by which every process has loaded the network and warmed up


@dataclass(frozen=True)
class FolderRun:
    """One run of the command; `seconds_each` is wall time per output once the network is loaded."""

    jobs: int
    done: int
    failed: dict[str, str]
    seconds: float
    seconds_each: float
    cpu_seconds: float
    peak_bytes: int


def lay_out(photographs: Path, folder: Path, count: int, crop: int) -> None:
    """The folders `secrets` and `references` of as many crops, one secret cut short."""
    paths = [path for path, _ in fixed_pairs(photographs)]
    if len(paths) < count:
        raise UsageError(f"{photographs}: holds {len(paths)} photographs, not {count}")
    pictures = [centre_crop(read_image(path).rgb, crop) for path in paths[:count]]
    for name, shift in (("secrets", 0), ("references", 1)):
        (folder / name).mkdir()
        for n in range(count):
            write_image(folder / name / f"p{n:03}.png", pictures[(n + shift) % count])
    corrupt = folder / "secrets" / CORRUPT
    corrupt.write_bytes(corrupt.read_bytes()[: corrupt.stat().st_size // 2])


def start(folder: Path, out: Path, jobs: int) -> subprocess.Popen[bytes]:
    """The command itself, as a user would start it."""
    words = ("conceal", folder / "secrets", "-r", folder / "references", "-o", out)
    more = ("--no-passphrase", "--json", "--jobs", str(jobs))
    command = [sys.executable, "-m", "sshr", *map(str, words), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def outputs(out: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every output."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in out.glob("p*.png")}


def watch(process: subprocess.Popen[bytes], step: Callable[[psutil.Process], None]) -> None:
    """Call `step` every 50 ms until the process has ended."""
    top = psutil.Process(process.pid)
    while process.poll() is None:
        step(top)
        time.sleep(0.05)


def memory(top: psutil.Process) -> int:
    """Proportional set size of a process and all below it: shared pages count once."""
    total = 0
    for each in (top, *top.children(recursive=True)):
        try:
            info = each.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(info, "pss", info.rss)
    return total


def measure(folder: Path, out: Path, jobs: int) -> FolderRun:
    """Run the whole folder and watch it."""
    peak, cpu, marks = 0, 0.0, []
    started = time.monotonic()
    process = start(folder, out, jobs)
    said: list[bytes] = []
    assert process.stdout is not None
    reader = threading.Thread(target=lambda pipe: said.append(pipe.read()), args=(process.stdout,))
    reader.start()

    def look(top: psutil.Process) -> None:
        nonlocal peak, cpu
        try:
            if len(marks) % 10 == 0:  # it takes some milliseconds of the cores that are measured
                peak = max(peak, memory(top))
            spent = [p.cpu_times() for p in (top, *top.children(recursive=True))]
            cpu = max(cpu, sum(times.user + times.system for times in spent))
        except psutil.Error:
            return
        marks.append((time.monotonic(), sum(1 for _ in out.glob("p*.png"))))

    watch(process, look)
    reader.join()
    told = json.loads(said[0])
    first_time, first = next(mark for mark in marks if mark[1] >= LOADED)
    last_time, last = next(mark for mark in marks if mark[1] == max(count for _, count in marks))
    each = (last_time - first_time) / (last - first)
    return FolderRun(
        jobs,
        told["done"],
        told["failed"],
        round(time.monotonic() - started, 1),
        round(each, 3),
        round(cpu, 1),
        peak,
    )


def kill_and_rerun(folder: Path, out: Path, jobs: int, half: int) -> dict[str, int]:
    """SIGKILL when half of the outputs are there, then the same command again."""
    process = start(folder, out, jobs)
    watch(process, lambda _: len(outputs(out)) >= half and os.kill(process.pid, signal.SIGKILL))
    time.sleep(2)  # its children notice and end
    before, left = outputs(out), len(list(out.rglob(".sshr-*.tmp")))
    again = start(folder, out, jobs)
    told = json.loads(again.communicate()[0])
    after = outputs(out)
    return {
        "finished when killed": len(before),
        "temporary files left by the kill": left,
        "finished after the rerun": told["done"],
        "outputs": len(after),
        "done twice": sum(after[name] != before[name] for name in before),
        "temporary files left": len(list(out.rglob(".sshr-*.tmp"))),
    }


def main() -> int:
    """Measure, print, and say whether every file is accounted for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--jobs", type=int, default=2, help="compared with one")
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    wanted = given.count - 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(given.photographs, folder, given.count, given.crop)
        runs = []
        for jobs in (1, given.jobs):
            runs.append(measure(folder, folder / f"out{jobs}", jobs))
            shown = asdict(runs[-1]) | {"peak_bytes": f"{runs[-1].peak_bytes >> 20} MiB"}
            print(*(f"{key}: {value}" for key, value in shown.items()), sep="\n", end="\n\n")
            shutil.rmtree(folder / f"out{jobs}")
        ratio = runs[1].seconds_each / runs[0].seconds_each
        print(f"time per picture, {given.jobs} jobs / 1 job: {ratio:.2f}\n")
        kill = kill_and_rerun(folder, folder / "killed", given.jobs, wanted // 2)
        print(*(f"{key}: {value}" for key, value in kill.items()), sep="\n")
    if given.json:
        told = {"runs": [asdict(run) for run in runs], "ratio": ratio, "kill": kill}
        given.json.write_text(json.dumps(told, indent=1))
    good = all(run.done == wanted and list(run.failed) == [CORRUPT] for run in runs)
    good &= kill["finished after the rerun"] == kill["outputs"] == wanted
    good &= kill["finished when killed"] < wanted
    return int(not good or kill["done twice"] > 0 or kill["temporary files left"] > 0)


if __name__ == "__main__":
    sys.exit(main())
