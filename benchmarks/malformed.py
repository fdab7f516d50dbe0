"""Malformed inputs through conceal, reveal, inspect, keygen: tracebacks, changes, hangs, memory.

python benchmarks/malformed.py

225 inputs, made from valid ones with a fixed seed (`malformed_inputs.py`, `malformed_keys.py`,
`malformed_checkpoints.py`), in processes that each take a share of them. Ends with exit code 1 if
anything was found.
"""

import argparse
import contextlib
import io
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import malformed_checkpoints
import malformed_inputs
import malformed_keys

MAX_SECONDS = 10
MAX_BYTES = 1 << 30
PATIENCE = 60  # until a process that answers to nothing is killed
SHARE = 25
CODES = {0, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14}
FOUND = ("tracebacks", "unclear messages", "changed files", "hangs")


class HungError(BaseException):
    """The time is over; no `except Exception` may swallow it."""


@dataclass(frozen=True)
class Outcome:
    """What one command did with one input; `found` names what must not happen."""

    input: str
    fault: str
    words: tuple[str, ...]
    code: int
    seconds: float
    said: str
    found: tuple[str, ...] = ()
    peak_bytes: int = 0


def snapshot(desk: Path) -> dict[str, tuple[int, ...]]:
    """Kind, size, time of change and inode of everything in the desk, links not followed."""
    seen = {}
    for path in desk.rglob("*"):
        status = path.lstat()
        seen[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
        if path.is_dir():
            seen[str(path)] = (status.st_mode,)
    return seen


def attempt(desk: Path, given: malformed_inputs.Malformed, words: tuple[str, ...]) -> Outcome:
    """Run one command in the desk, which is the working folder, and clean up what it wrote."""
    from sshr.cli.passphrase import WITHOUT
    from sshr.cli.runner import run

    before, started = snapshot(desk), time.monotonic()
    err, found = io.StringIO(), []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
        signal.signal(signal.SIGALRM, _over)
        signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
        try:
            code = run(list(words))
        except HungError:
            code = -1
        except BaseException as error:  # what the program lets through is a traceback to its user
            code = -2
            err.write(f"Traceback: {type(error).__name__}: {error}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.monotonic() - started
    lines = [line for line in err.getvalue().splitlines() if WITHOUT not in line]
    if code == -1 or seconds > MAX_SECONDS:
        found.append("hangs")
    if code == -2 or "Traceback" in err.getvalue():
        found.append("tracebacks")
    elif code != -1 and (
        code not in (CODES | {1} if given.folders else CODES)
        or not all(line.startswith("sshr: ") and line.isprintable() for line in lines)
        or any("unexpected" in line for line in lines)
        or (code not in (0, 1) and len(lines) != 1)
    ):
        found.append("unclear messages")
    output = words[words.index("-o") + 1] if "-o" in words else None
    wanted = {str(desk / output)} if output in ("out.png", "out") else set()
    after = snapshot(desk)
    if code == 0 or given.folders:
        outputs = {name for name in after if any(name.startswith(path) for path in wanted)}
    else:
        outputs = set()
    if {name: at for name, at in after.items() if name not in outputs} != before:
        found.append("changed files")
    for path in wanted:
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.unlink(path)
    name = " ".join(lines)[:300]
    return Outcome(given.name[:80], given.fault, words, code, seconds, name, tuple(found))


def _over(number: int, frame: object) -> None:
    raise HungError


def attempts(desk: Path, chosen: slice, seed: int) -> Iterator[Outcome]:
    """Lay out the desk, go there, and run every command of the chosen inputs."""
    malformed_inputs.lay_out(desk)
    sources = (malformed_inputs, malformed_checkpoints, malformed_keys)
    inputs = [given for source in sources for given in source.malformed(desk, seed)]
    for given in inputs[chosen]:
        for words in given.commands:
            yield attempt(desk, given, words)


def work(share: int, seed: int) -> None:
    """A process's share: one outcome a line on stdout."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder) / "desk"
        desk.mkdir()
        os.chdir(desk)
        for outcome in attempts(desk, slice(share * SHARE, (share + 1) * SHARE), seed):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            peak *= 1 if sys.platform == "darwin" else 1024
            print(json.dumps(asdict(outcome) | {"peak_bytes": peak}), flush=True)


def processes(shares: int, seed: int) -> Iterator[Outcome]:
    """All outcomes; a process that falls silent or dies is one more, and its share ends there."""
    for share in range(shares):
        command = (sys.executable, __file__, "--share", str(share), "--seed", str(seed))
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            buffer = b""
            while True:
                ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
                data = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
                if not data:
                    break
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    told = json.loads(line)
                    yield Outcome(
                        **told | {"words": tuple(told["words"]), "found": tuple(told["found"])}
                    )
            process.kill()
        if not ready or process.returncode:
            fault = "hangs" if not ready else "tracebacks"
            yield Outcome(f"share {share}", "process lost", (), -3, PATIENCE, "", (fault,))


def report(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The figures that are printed, from all outcomes."""
    codes = Counter(outcome.code for outcome in outcomes)
    return {
        "inputs": len({(outcome.fault, outcome.input) for outcome in outcomes}),
        "runs": len(outcomes),
        "codes": {str(code): codes[code] for code in sorted(codes)},
        **{name: sum(name in outcome.found for outcome in outcomes) for name in FOUND},
        "slowest, s": round(max(outcome.seconds for outcome in outcomes), 2),
        "peak memory, MiB": max(outcome.peak_bytes for outcome in outcomes) >> 20,
    }


def main() -> int:
    """Run everything, print the figures, and say whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--shares", type=int, default=9, help="of 25 inputs; 9 are all")
    parser.add_argument("--json", type=Path, help="write every outcome there")
    parser.add_argument("--share", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.share is not None:
        work(given.share, given.seed)
        return 0
    outcomes = []
    for outcome in processes(given.shares, given.seed):
        outcomes.append(outcome)
        if outcome.found:
            words = f"{outcome.words!a:.200}: {outcome.said:.200}"
            print(f"{', '.join(outcome.found)}: {outcome.fault}, {words}")
    figures = report(outcomes)
    for name, value in figures.items():
        print(f"{name:>18}  {value}")
    if given.json:
        runs = [asdict(outcome) for outcome in outcomes]
        given.json.write_text(json.dumps({"figures": figures, "runs": runs}, indent=1))
    memory = max(outcome.peak_bytes for outcome in outcomes)
    return int(any(outcome.found for outcome in outcomes) or memory >= MAX_BYTES)


if __name__ == "__main__":
    sys.exit(main())
