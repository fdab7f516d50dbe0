"""Record measured scores beside the packaged weights, where `sshr models` reads them.

    python benchmarks/fidelity.py FOLDER... --preset base --json figures.json
    python benchmarks/record_scores.py figures.json [more.json...]

Writes `src/sshr/zoo/weights/PRESET.json`: the means of each set and the checkpoint that they were
measured on. Sets that are already recorded for the same checkpoint stay.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sshr.errors import SshrError, UsageError
from sshr.zoo.facts import FIGURES
from sshr.zoo.registry import PRESETS, load_model

WEIGHTS = Path(__file__).parents[1] / "src" / "sshr" / "zoo" / "weights"
CROP = 256
CHANNEL = "png"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("figures", type=Path, nargs="+", metavar="JSON", help="of fidelity.py")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the weights")
    args = parser.parse_args()
    try:
        for path in args.figures:
            told = json.loads(path.read_text())
            print(record(told, args.out))
    except SshrError as error:
        print(f"record_scores: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def record(told: dict[str, Any], folder: Path) -> Path:
    """Add the sets of one output of `fidelity.py --json` to its preset's file; its path.

    Raises:
        UsageError: the figures are not those of a packaged checkpoint as it is used.
    """
    preset, checkpoint = told["preset"], told["checkpoint"]
    as_used = not told["untrained"] and told["channel"] == CHANNEL
    if preset not in PRESETS or not as_used or told["crop"] != CROP:
        raise UsageError(
            f"only figures of a preset as it is, {CHANNEL}, on {CROP} px, are recorded"
        )
    if checkpoint != load_model(preset, "cpu").digest[:8].hex():
        raise UsageError(f"{preset}: measured on another checkpoint, {checkpoint}; measure again")
    path, sets = folder / f"{preset}.json", {}
    if path.exists():
        before = json.loads(path.read_text())
        sets = before["sets"] if before["checkpoint"] == checkpoint else {}
    for found in told["sets"]:
        means = {name: round(found["summaries"][name]["mean"], 4) for name in FIGURES}
        sets[found["name"]] = {"pairs": found["count"], **means}
    kept = {"checkpoint": checkpoint, "crop": CROP, "channel": CHANNEL, "sets": sets}
    path.write_text(json.dumps(kept, indent=2) + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
