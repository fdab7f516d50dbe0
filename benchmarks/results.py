"""docs/results.md and the scores beside the weights, from reports: nothing is typed by hand.

    sshr evaluate ... --out RUN          # once for each report
    cp RUN/report.json docs/results/kodak24-NAME.json
    python benchmarks/results.py         # writes docs/results.md
    python benchmarks/results.py --check # exit code 1 if it is not what the reports say
    python benchmarks/results.py --record docs/results/scores-*.json

The reports share the paper's tables. Other JSON in the folder is for docs/figures.py. `--record`
writes `src/sshr/zoo/weights/PRESET.json`, where `sshr models` reads it: the means of each set and
the checkpoint that they were measured on. Sets that are already recorded for the same checkpoint
stay.
"""

import argparse
import json
import sys
from pathlib import Path

from bare import figures

from sshr.errors import SshrError, UsageError
from sshr.evaluation.json_records import from_json
from sshr.evaluation.protocols import PROTOCOLS, SIDE
from sshr.evaluation.records import ChannelSummary, EvaluationReport
from sshr.evaluation.report.markdown import to_markdown
from sshr.zoo.facts import FIGURES
from sshr.zoo.presets import PRESETS
from sshr.zoo.registry import load_model

WEIGHTS = Path(__file__).parents[1] / "src" / "sshr" / "zoo" / "weights"
CHANNEL = "png"
DOCS = Path(__file__).parents[1] / "docs"
HEAD = (
    "<!-- Made by benchmarks/results.py from docs/results/*.json; do not edit. "
    "How to read it: evaluation.md. -->\n\n"
)
ELSEWHERE = (
    "Tables 4 and 5 and the figures of the paper stand "
    "[elsewhere](evaluation.md#the-papers-tables-and-figures).\n\n"
)


def rendered(folder: Path) -> str:
    """The whole file."""
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("kodak24-*.json"))]
    whole = to_markdown([from_json(EvaluationReport, told) for told in found])
    title, gap, rest = whole.partition("\n\n")
    return HEAD + title + gap + ELSEWHERE + rest


def record(report: EvaluationReport, folder: Path) -> None:
    """Add a data set to the file of every preset that was measured on it.

    Raises:
        UsageError: the figures are not those of packaged checkpoints as they are used.
    """
    entries = [entry for entry in report.methods if entry.name in PRESETS]
    if not entries or report.run.size != PROTOCOLS["kodak"].describe:
        raise UsageError(f"only figures of presets on crops of {SIDE} px are recorded")
    for entry in entries:
        if entry.identity != load_model(entry.name, "cpu").digest[:8].hex():
            raise UsageError(f"{entry.name}: measured on another checkpoint, {entry.identity}")
        if CHANNEL not in entry.channels:
            raise UsageError(f"{entry.name}: was not measured through files ({CHANNEL})")
    for entry in entries:
        path, sets = folder / f"{entry.name}.json", {}
        if path.exists():
            before = json.loads(path.read_text())
            sets = before["sets"] if before["checkpoint"] == entry.identity else {}
        sets[report.run.data] = means(entry.channels[CHANNEL])
        kept = {"checkpoint": entry.identity, "crop": SIDE, "channel": CHANNEL, "sets": sets}
        path.write_text(json.dumps(kept, indent=2) + "\n")
        print(path)


def means(found: ChannelSummary) -> dict[str, float]:
    """How many pairs, and `sshr.zoo.facts.FIGURES`."""
    told = figures(found) | {"sum": found.sum.mean if found.sum else 0.0}
    return {"pairs": found.pairs, **{name: round(told[name], 4) for name in FIGURES}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder of results.md")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--record", type=Path, nargs="+", metavar="JSON", help="their scores")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the weights")
    args = parser.parse_args()
    if args.record:
        try:
            for report in args.record:
                record(from_json(EvaluationReport, json.loads(report.read_text())), args.weights)
        except SshrError as error:
            print(f"results: {error}", file=sys.stderr)
            return error.exit_code
        return 0
    path, text = args.docs / "results.md", rendered(args.docs / "results")
    if args.check:
        return int(not path.exists() or path.read_text() != text)
    path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
