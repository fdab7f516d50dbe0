"""What the robust transport reveals as channels get worse, and a picture of it.

    python benchmarks/robust_curves.py FOLDER [--limit 8] [--json OUT]
    python benchmarks/robust_curves.py --json OUT --picture docs/images/robust-curves.svg

One stego a pair and profile, through every channel of `sshr.imaging.channels.CURVES`; otherwise as
`robust.py`. Without a folder the picture is drawn of an earlier run.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pictures import curves
from robust import measured, pairs_of

from sshr.evaluation.report.charts import Series
from sshr.imaging.channels import CURVES, parse_channels

PROFILES = ("messenger", "harsh")
DRAWN = "JPEG 4:2:0"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--limit", type=int, default=8)
    parser.add_argument("--crop", type=int, default=256)
    parser.add_argument("--channels", default="png,curves")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--picture", type=Path, metavar="SVG")
    args = parser.parse_args()
    if args.folder is None and args.json is None:
        parser.error("a folder to measure, or the --json of an earlier run")
    if args.folder is None:
        facts = json.loads(args.json.read_text())
    else:
        facts = _measured(args)
        if args.json:
            args.json.write_text(json.dumps(facts, indent=1) + "\n")
    if args.picture:
        args.picture.write_text(picture(facts))
    return 0


def _measured(args: argparse.Namespace) -> dict[str, Any]:
    pairs, runs = pairs_of(args.folder, args.crop, args.limit), {}
    channels = parse_channels(args.channels)
    for survive in PROFILES:
        print(f"--survive {survive}")
        options = {"survive": survive, "analog": "off", "stego_psnr": 40.6}
        runs[survive] = measured(pairs, options, channels)
    return {"folder": args.folder.name, "crop": args.crop, "pairs": len(pairs), "runs": runs}


def picture(facts: dict[str, Any]) -> str:
    """An SVG: revealed PSNR over the quality of a JPEG file."""
    found = []
    for survive, run in facts["runs"].items():
        rows = {name: run["channels"].get(name) for name in CURVES[DRAWN][0]}
        points = [(float(name.split(":")[1]), row["psnr"]) for name, row in rows.items() if row]
        found.append(Series(f"--survive {survive}", points))
    title = f"Revealed behind {DRAWN}, {facts['folder']}, {facts['pairs']} pairs"
    return curves(title, "quality", "PSNR, dB", found)


if __name__ == "__main__":
    sys.exit(main())
