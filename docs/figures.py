"""Puts measured figures into the documents, from the JSON that the benchmarks have written.

    python docs/figures.py            # writes every block anew
    python docs/figures.py --check    # exit code 1, and a line for each block that is not current
    python docs/figures.py --curve RUN_DIR/log.csv --preset base    # docs/results/curve-base.json

A block stands between two lines of its own, `<!-- figures: NAME -->` and `<!-- end -->`. NAME is
that of a function in figure_blocks/, which returns the block as Markdown.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from figure_blocks import BLOCKS, RESULTS, WEIGHTS, Figures, MissingError

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "docs/**/*.md", "benchmarks/*.md", f"{WEIGHTS.as_posix()}/*.md")
BLOCK = re.compile(r"^(<!-- figures: (\S+) -->\n)(.*?)^(<!-- end -->)$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- (figures: .*|end) -->", re.MULTILINE)
CURVE_ROWS = 8
CURVE_COLUMNS = ("step", "seconds", "stego", "revealed", "total")


def documents(root: Path) -> Iterator[Path]:
    """Every document that may hold a block."""
    for pattern in DOCUMENTS:
        yield from sorted(root.glob(pattern))


def rewritten(text: str, figures: Figures) -> tuple[str, list[str]]:
    """The text with every block anew, and what is wrong: `block: why`."""
    faults = []
    if 2 * len(BLOCK.findall(text)) != len(MARK.findall(text)):
        faults.append("a block's marks do not stand in pairs on lines of their own")

    def made(found: re.Match[str]) -> str:
        head, name, before, end = found.groups()
        if name not in BLOCKS:
            faults.append(f"{name}: no such block")
            return found[0]
        try:
            now = BLOCKS[name](figures).strip() + "\n"
        except MissingError as error:
            faults.append(f"{name}: {error}")
            return found[0]
        except (KeyError, IndexError, TypeError) as error:
            faults.append(f"{name}: the JSON lacks {error}")
            return found[0]
        if not now.strip():
            faults.append(f"{name}: is empty")
        if now != before:
            faults.append(f"{name}: is not current")
        return head + now + end

    return BLOCK.sub(made, text), faults


def run(root: Path, check: bool) -> list[str]:
    """What is wrong in the documents below `root`; without `check`, blocks are made anew."""
    figures, wrong = Figures(root), []
    for path in documents(root):
        text = path.read_text("utf-8")
        new, faults = rewritten(text, figures)
        if not check:
            faults = [fault for fault in faults if not fault.endswith("is not current")]
            if new != text:
                path.write_text(new, "utf-8")
        wrong += [f"{path.relative_to(root).as_posix()}: {fault}" for fault in faults]
    return wrong


def write_curve(log: Path, preset: str, root: Path) -> Path:
    """Keep some rows of a run's log, evenly spaced, as JSON; its path."""
    with log.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["total"] not in ("", "nan")]
    kept = [rows[i * (len(rows) - 1) // (CURVE_ROWS - 1)] for i in range(CURVE_ROWS)]
    told = {
        "rows": [{name: float(row[name]) for name in CURVE_COLUMNS} for row in kept],
        "skipped": int(float(rows[-1]["skipped"])),
        "rollbacks": int(float(rows[-1]["rollbacks"])),
    }
    path = root / RESULTS / f"curve-{preset}.json"
    path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return path


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--root", type=Path, default=ROOT, help="of the project")
    parser.add_argument("--curve", type=Path, metavar="LOG", help="log.csv of a run, to be kept")
    parser.add_argument("--preset", default="base", help="whose curve it is")
    given = parser.parse_args()
    if given.curve is not None:
        print(write_curve(given.curve, given.preset, given.root))
        return 0
    wrong = run(given.root, given.check)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
