"""The paper's Table 4 and Figure 6 with rows of our own: how often detectors are right.

    python benchmarks/table4.py FOLDER... --preset paper --method hinet --json OUT
    python benchmarks/table4.py FOLDER... --sealed camera --json OUT
    python benchmarks/table4.py --json OUT --picture docs/images/figure6.svg --draw "hinet" "paper"

Stegos are 256 px centre crops of the first `--pairs` photographs in a seeded order. Methods and
presets conceal the next photograph; `--sealed KIND` is the sealed transport with so many random
bytes as a photograph takes there (`--payload` bits a sample: what is sealed is random in any case).

Every detector is asked twice. Leaked: trained on stegos of the same method with their photographs,
tested on others, in five folds. Elsewhere: trained once on LSB matching of 0.4 bits a sample in the
last 60 photographs, none of which is tested. Accuracy is 1 - P_E. StegExpose (Figure 6) learns
nothing; its ROC is kept. A run can be split by rows and by detectors: other rows stay in the file,
and so does what others have found in the same stegos.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from detection_protocols import ELSEWHERE, SIZE, matched, sealed
from pictures import curves
from printing import keep, kept

from sshr.errors import SshrError
from sshr.evaluation.detectors.detection import FOLDS, detection_errors
from sshr.evaluation.detectors.detector import DETECTORS, Detector, find_detector
from sshr.evaluation.detectors.scores import Judged, roc
from sshr.evaluation.measure import key_of
from sshr.evaluation.methods.method import MethodEntry, concealed
from sshr.evaluation.methods.table import find_methods
from sshr.evaluation.protocols import centre_crop, fixed_pairs
from sshr.evaluation.report.charts import Series
from sshr.imaging.depth import as_levels
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.transports.sealed.noise import Noise
from sshr.types import Rgb8

SCHOOL = 60
FUSED = "stegexpose"
Stegos = Callable[[Sequence[Rgb8], Sequence[Rgb8]], Sequence[Rgb8]]
"""From secrets and references."""


@dataclass(frozen=True)
class Detectors:
    """What is asked.

    Attributes:
        leaked: by name; they learn anew in every fold.
        schooled: by name; they have learned elsewhere.
    """

    leaked: dict[str, Detector]
    schooled: dict[str, Detector]

    @classmethod
    def ready(
        cls, leaked: Sequence[str], schooled: Sequence[str], school: Sequence[Rgb8]
    ) -> "Detectors":
        """With the second kind trained on LSB matching in these photographs."""
        others = [matched(cover, seed) for seed, cover in enumerate(school)]
        found = {name: find_detector(name) for name in schooled}
        for one in found.values():
            one.fit(school, others)
        return cls({name: find_detector(name) for name in leaked}, found)

    def row(self, covers: Sequence[Rgb8], stegos: Sequence[Rgb8]) -> dict[str, Any]:
        """All figures of one method's stegos."""
        fused = find_detector(FUSED)
        scores = fused.score(covers), fused.score(stegos)
        elsewhere = {
            name: told(Judged.of(one.score(covers), one.score(stegos)))
            for name, one in self.schooled.items()
        }
        return {
            "pairs": len(covers),
            "stego_psnr": fmean(
                min(psnr(*pair), 100.0) for pair in zip(stegos, covers, strict=True)
            ),
            "leaked": {
                name: detection_errors(one, covers, stegos) for name, one in self.leaked.items()
            },
            "elsewhere": elsewhere,
            FUSED: told(Judged.of(*scores)) | {"roc": [x.tolist() for x in roc(*scores)]},
        }


def joined(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """A row with what an earlier run has found in the same stegos; None: there was none."""
    if before is None or before["pairs"] != now["pairs"]:
        return now
    if not math.isclose(before["stego_psnr"], now["stego_psnr"], abs_tol=1e-6):
        return now
    return now | {asked: before[asked] | now[asked] for asked in ("leaked", "elsewhere")}


def told(found: Judged) -> dict[str, float]:
    """What is kept of a judgement."""
    return {name: getattr(found, name) for name in ("p_e", "low", "high", "auc")}


def of_method(entry: MethodEntry) -> Stegos:
    """Stegos of the first pictures in the second, as files hold them."""

    def conceal(secrets: Sequence[Rgb8], references: Sequence[Rgb8]) -> Sequence[Rgb8]:
        pairs = zip(secrets, references, strict=True)
        return [
            as_levels(concealed(entry, *pair, key_of(1, f"{number}")))
            for number, pair in enumerate(pairs)
        ]

    return conceal


def of_sealed(kind: Noise, payload: float) -> Stegos:
    """Random bytes in the references."""

    def conceal(_: Sequence[Rgb8], references: Sequence[Rgb8]) -> Sequence[Rgb8]:
        return [stego for stego, _ in sealed(references, kind, payload)]

    return conceal


def photographs(folders: Sequence[Path]) -> list[Rgb8]:
    """All of them, in a seeded order."""
    paths = [path for folder in folders for path, _ in fixed_pairs(folder)]
    order = np.random.default_rng(4).permutation(len(paths))
    return [centre_crop(read_image(paths[i]).rgb, SIZE) for i in order]


def ways(given: argparse.Namespace) -> Iterator[tuple[str, Stegos]]:
    """Rows by their names."""
    for kind in given.sealed:
        yield f"sealed, {kind}", of_sealed(Noise[kind.upper()], given.payload)
    for entry in find_methods(given.preset, given.method, "cpu"):
        yield entry.name, of_method(entry)


def draw(rows: dict[str, Any], names: Sequence[str]) -> str:
    """ROC curves of StegExpose, as SVG."""
    found = []
    for name in names:
        false, true = rows[name][FUSED]["roc"]
        label = f"{name} ({rows[name][FUSED]['auc']:.2f})"
        found.append(Series(label, list(zip(false, true, strict=True)), dots=False))
    title = "StegExpose on stegos (area under the curve)"
    return curves(title, "photographs taken for stegos", "stegos found", found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--preset", action="append", default=[])
    parser.add_argument("--method", action="append", default=[])
    parser.add_argument("--sealed", nargs="*", default=[], choices=[k.name.lower() for k in Noise])
    parser.add_argument("--payload", type=float, default=3.0, help="bits a sample, sealed")
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--leaked", nargs="*", default=["spam", "srmq1"], choices=DETECTORS)
    parser.add_argument(
        "--elsewhere", nargs="*", default=["spam", "srmq1", "xunet"], choices=DETECTORS
    )
    parser.add_argument("--json", type=Path, required=True, metavar="OUT")
    parser.add_argument("--picture", type=Path, help="ROC curves, from the file of figures")
    parser.add_argument("--draw", nargs="*", default=[], help="rows in the picture")
    given = parser.parse_args()
    rows = kept(given.json).get("rows", {})
    try:
        todo = list(ways(given))
    except SshrError as error:
        print(f"table4: {error}", file=sys.stderr)
        return error.exit_code
    if todo:
        covers = photographs(given.folders)
        if not FOLDS <= given.pairs <= len(covers) - SCHOOL:
            parser.error(f"{given.pairs} pairs and {SCHOOL} others of {len(covers)} photographs")
        detectors = Detectors.ready(given.leaked, given.elsewhere, covers[-SCHOOL:])
        secrets, covers = covers[1 : given.pairs + 1], covers[: given.pairs]
        for name, way in todo:
            row = detectors.row(covers, way(secrets, covers))
            rows[name] = joined(rows.get(name), row)
            keep(given.json, school=SCHOOL, elsewhere=ELSEWHERE, payload=given.payload, rows=rows)
            parts = [fmean(one) for one in row["leaked"].values()]
            parts += [one["p_e"] for one in row["elsewhere"].values()]
            figures = " ".join(f"{part:.3f}" for part in parts)
            print(f"{name}, {row['stego_psnr']:.1f} dB: {figures}", flush=True)
    if given.picture:
        given.picture.write_text(draw(rows, given.draw), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
