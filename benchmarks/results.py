"""docs/results.md from the reports in docs/results/: nothing in it is typed by hand.

    sshr evaluate ... --out RUN          # once for each report
    cp RUN/report.json docs/results/kodak24-NAME.json
    python benchmarks/results.py         # writes docs/results.md
    python benchmarks/results.py --check # exit code 1 if it is not what the reports say

The reports share the paper's tables. Other JSON in the folder is for docs/figures.py.
"""

import argparse
import json
import sys
from pathlib import Path

from sshr.evaluation.json_records import from_json
from sshr.evaluation.records import EvaluationReport
from sshr.evaluation.report.markdown import to_markdown

DOCS = Path(__file__).parents[1] / "docs"
HEAD = (
    "<!-- Made by benchmarks/results.py from docs/results/*.json; do not edit. "
    "How to read it: evaluation.md. -->\n\n"
)


def rendered(folder: Path) -> str:
    """The whole file."""
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("kodak24-*.json"))]
    return HEAD + to_markdown([from_json(EvaluationReport, told) for told in found])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder of results.md")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    args = parser.parse_args()
    path, text = args.docs / "results.md", rendered(args.docs / "results")
    if args.check:
        return int(not path.exists() or path.read_text() != text)
    path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
