"""Looks, guided by coverage, for bytes that a target does not bear. Needs `pip install atheris`.

    PYTHONPATH=src python tests/fuzzing/run.py header --seconds 600 [--keep]

Starts from the committed corpus. What breaks a target is printed in hexadecimal, and the exit code
is 1. `--keep` adds to the corpus what reaches code that nothing in it reached. `all` takes every
target in turn.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
LONGEST = 400
"""Bytes of an input; what is longer reaches no other code."""


def child(program: str, target: str, arguments: list[str]) -> None:
    """libFuzzer in this process, which starts `program` where it needs more of them."""
    import atheris

    sys.path.insert(0, str(HERE))
    with atheris.instrument_imports(include=["sshr"]):
        from targets import TARGETS

    atheris.Setup([program, *arguments], TARGETS[target])
    atheris.Fuzz()


def program(target: str, folder: Path) -> Path:
    """A command that hunts with this target."""
    path = folder / "hunt"
    here = Path(__file__).resolve()
    line = f"exec '{sys.executable}' '{here}' --child \"$0\" {target} \"$@\""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o700)
    return path


def hunt(target: str, seconds: int, keep: bool) -> bool:
    """Whether nothing was found."""
    kept = CORPUS / f"{target}.txt"
    with tempfile.TemporaryDirectory() as name:
        folder, smaller = Path(name) / "all", Path(name) / "small"
        folder.mkdir()
        smaller.mkdir()
        for number, line in enumerate(kept.read_text().splitlines()):
            (folder / f"seed{number}").write_bytes(bytes.fromhex(line))
        limits = f"-max_len={LONGEST}", f"-artifact_prefix={name}/", "-timeout=60"
        own = program(target, Path(name))
        code = subprocess.run([own, f"-max_total_time={seconds}", *limits, folder]).returncode
        for crash in sorted(Path(name).glob("*-*")):
            print(f"{target}: {crash.name.partition('-')[0]}: {crash.read_bytes().hex()}")
        if code == 0 and keep:
            code = subprocess.run([own, "-merge=1", *limits, smaller, folder]).returncode
            found = sorted((path.read_bytes() for path in smaller.iterdir()), key=_order)
            kept.write_text("".join(f"{one.hex()}\n" for one in found))
    return code == 0


def _order(one: bytes) -> tuple[int, bytes]:
    return len(one), one


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:4], sys.argv[4:])
        return 0
    names = sorted(path.stem for path in CORPUS.glob("*.txt"))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("target", choices=[*names, "all"])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--keep", action="store_true", help="write the corpus anew")
    given = parser.parse_args()
    chosen = names if given.target == "all" else [given.target]
    good = [hunt(name, given.seconds, given.keep) for name in chosen]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
