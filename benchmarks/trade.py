"""What hiding change where the reference is busy costs and buys.

    python benchmarks/trade.py FOLDER [--limit N] [--detector spam] [--json FILE]

Each row is preset `base` with another strength map (docs/method.md), all else, weights included,
being equal: a checkpoint that `sshr evaluate` measures through PNG files. With `--detector` also
how often a detector errs that knows photographs and stegos: P_E with its deviation over the folds.
"""

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from bare import figures
from ladder import with_weights
from printing import keep

from sshr.cli.progress import progress_bar
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.networks import preset
from sshr.evaluation.records import EvaluationReport
from sshr.evaluation.report.markdown import table_text
from sshr.evaluation.report.tables import all_figures, detection_tables
from sshr.evaluation.run import Options, evaluate
from sshr.imaging.channels import parse_channels
from sshr.network.config import StrengthConfig
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.registry import load_model

ROWS = ((0.0, 10.0), (60.0, 10.0), (300.0, 10.0), (1000.0, 10.0), (1000.0, 3.0), (3000.0, 3.0))
"""Contrast and floor of `StrengthConfig`."""


def with_map(contrast: float, floor: float, folder: Path) -> MethodEntry:
    """Preset `base` with this strength map, as a checkpoint in the folder."""
    net, path = load_model("base", "cpu").net, folder / f"{contrast:g}-{floor:g}.safetensors"
    exact = dataclasses.replace(net.config.exact, strength=StrengthConfig(contrast, floor))
    save_checkpoint(with_weights(dataclasses.replace(net.config, exact=exact), net), path)
    return dataclasses.replace(preset(str(path)), name=f"contrast {contrast:g}, floor {floor:g}")


def row(report: EvaluationReport, number: int) -> dict[str, Any]:
    """The means of one of ROWS."""
    entry, (contrast, floor) = report.methods[number], ROWS[number]
    found = entry.channels["png"]
    line: dict[str, Any] = {"contrast": contrast, "floor": floor, "pairs": found.pairs}
    line |= figures(found)
    line |= {"sum": line["total"], "lpips": found.stego.lpips.mean}
    line["niqe"] = found.niqe.stego.mean if found.niqe and found.niqe.stego else None
    for detected in report.detection:
        if detected.method == entry.name:
            line |= {"p_e": fmean(detected.folds), "p_e_spread": pstdev(detected.folds)}
    return line


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--protocol", default="kodak", help="of sshr evaluate")
    parser.add_argument("--limit", type=int, help="the first so many pairs")
    parser.add_argument("--detector", help="P_E too, such as spam")
    parser.add_argument("--json", type=Path, help="write the rows there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, progress_bar(silent=False) as progress:
        methods = [with_map(*strength, Path(name)) for strength in ROWS]
        options = Options(
            *(methods, given.folder, given.protocol, parse_channels("png"), Path(name) / "out"),
            limit=given.limit,
            detectors=[given.detector] if given.detector else [],
        )
        report = evaluate(options, progress)
    for table in (all_figures(report), *detection_tables(report)):
        print(table_text(table))
    rows = [row(report, number) for number in range(len(ROWS))]
    checkpoint = load_model("base", "cpu").digest[:8].hex()
    keep(given.json, folders=[given.folder.name], rows=rows, checkpoint=checkpoint)
    return 0


if __name__ == "__main__":
    sys.exit(main())
