"""Record measured scores beside the packaged weights, where `sshr models` reads them.

    sshr evaluate --preset base --preset paper --data FOLDER --out RUN
    python benchmarks/record_scores.py RUN/report.json [more.json...]

Writes `src/sshr/zoo/weights/PRESET.json`: the means of each set and the checkpoint that they were
measured on. Sets that are already recorded for the same checkpoint stay.
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
from sshr.zoo.facts import FIGURES
from sshr.zoo.registry import PRESETS, load_model

WEIGHTS = Path(__file__).parents[1] / "src" / "sshr" / "zoo" / "weights"
CHANNEL = "png"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("reports", type=Path, nargs="+", metavar="JSON", help="of sshr evaluate")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the weights")
    given = parser.parse_args()
    try:
        for path in given.reports:
            record(from_json(EvaluationReport, json.loads(path.read_text())), given.out)
    except SshrError as error:
        print(f"record_scores: {error}", file=sys.stderr)
        return error.exit_code
    return 0


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
    """How many pairs, and `sshr.zoo.scores.FIGURES`."""
    told = figures(found) | {"sum": found.sum.mean if found.sum else 0.0}
    return {"pairs": found.pairs, **{name: round(told[name], 4) for name in FIGURES}}


if __name__ == "__main__":
    sys.exit(main())
