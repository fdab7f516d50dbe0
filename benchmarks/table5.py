"""The paper's Table 5 on equal budgets: its parts added one after the other, then two more rows.

    python benchmarks/table5.py FOLDER --train FOLDER [--json OUT] [--rows NAME...] [--picture SVG]

Each row is a network of its own, trained by the recipe `recipes/ablation/table5.yaml` with the
row's model in it: same steps, pieces, loss and seeds. A row that OUT holds already is not trained
again, and one that was interrupted goes on where it was, so the script may be stopped and started
at will. Pairs, crops and channels are those of `ladder.py`; revealed PSNR that a curve shows is
that of the training pieces, through the training's channel.

`--rates 1e-4 1.5e-3` trains all rows at both rates; the paper prints the first. `--picture` draws
how the full network learns from AdaLN-Zero's start and how the exact start goes on.
"""

import argparse
import copy
import csv
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.resources import as_file, files
from itertools import pairwise, product
from pathlib import Path
from statistics import fmean
from typing import Any

from bare import BareMethod, Figures, measured
from pictures import curves
from printing import show

from sshr.errors import SshrError, UsageError
from sshr.evaluation.json_records import from_json
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.protocols import PROTOCOLS, find_pairs
from sshr.evaluation.records import Run
from sshr.evaluation.report.charts import Series
from sshr.files.names import shown
from sshr.files.output import write_file
from sshr.training.recipe import Recipe
from sshr.training.recipe_file import load_recipe
from sshr.training.reporting import LOG
from sshr.training.runner import FEATURES, TrainingSession, train
from sshr.training.sessions import LAST
from sshr.transports.analog.engine import Engine
from sshr.zoo.registry import load_model

EVERY = 10
"""Steps between points of a curve."""

Entries = dict[str, Any]
Evaluation = Callable[[Sequence[MethodEntry]], tuple[Run, dict[str, Figures]]]
"""`measured` on what every network is measured on."""


@dataclass(frozen=True)
class Table5Row:
    """A network: what it adds to the recipe's model.

    Attributes:
        printed: False leaves the recipe's model out, so that its preset remains.
    """

    title: str
    model: Entries = field(default_factory=dict)
    printed: bool = True


def _without(*parts: str) -> Entries:
    return {"printed": dict.fromkeys(parts, False)}


_REST = ("reparameterised", "guided")
ROWS = {
    "plain": Table5Row(
        "none of the parts",
        {"transform": "unshuffle:2", **_without("diffusion_term", *_REST)},
    ),
    "pm": Table5Row("+ PM", {"transform": "unshuffle:2", **_without(*_REST)}),
    "wavelet": Table5Row("+ wavelet", _without(*_REST)),
    "rep-conv": Table5Row("+ Rep-Conv", _without("guided")),
    "cigm": Table5Row("+ CIGM (full)"),
    "z-first": Table5Row("full, z first in every step", {"order": "z-first"}),
    "exact": Table5Row("exact start (preset paper)", printed=False),
}
ZERO, EXACT = "cigm", "exact"
"""The rows whose curves are drawn."""


@dataclass(frozen=True)
class TrainedRow:
    """One trained network.

    Attributes:
        seconds: of training.
        start: of a closed form before its first step, measured as it is after the last one.
        curve: [step, stego PSNR, revealed PSNR]: of the first step, then means since the last one.
    """

    row: str
    rate: float
    seed: int
    steps: int
    parameters: int
    checkpoint: str
    seconds: float
    skipped: int
    rollbacks: int
    channels: Figures
    start: Figures | None
    curve: list[tuple[int, float, float]]


class Store:
    """All results, on disk after each of them if there is a file."""

    def __init__(self, path: Path | None, about: Entries) -> None:
        self.path, self.about = path, about
        self.results: list[TrainedRow] = []
        if path is not None and path.exists():
            held = json.loads(path.read_text("utf-8"))
            self.results = [from_json(TrainedRow, one) for one in held.pop("results")]
            if held != about:
                raise UsageError(f"{shown(path)}: holds figures of another set ({held})")

    def has(self, row: str, rate: float, seed: int, steps: int) -> bool:
        held = [(one.row, one.rate, one.seed, one.steps) for one in self.results]
        return (row, rate, seed, steps) in held

    def add(self, result: TrainedRow) -> None:
        """Keep it, and write the file as a whole."""
        self.results.append(result)
        if self.path is not None:
            told = {**self.about, "results": [asdict(result) for result in self.results]}
            write_file(self.path, (json.dumps(told, indent=1) + "\n").encode(), force=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="to evaluate on")
    parser.add_argument("--train", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rates", nargs="+", type=float, help="instead of the recipe's")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--runs", type=Path, default=Path("runs/table5"), help="working folder")
    parser.add_argument("--alexnet", type=Path, help="its weights; else the packaged ones")
    parser.add_argument("--protocol", default="kodak", choices=PROTOCOLS, help="of sshr evaluate")
    parser.add_argument("--limit", type=int, help="the first so many pairs")
    parser.add_argument("--json", type=Path, metavar="OUT", help="results, to go on from as well")
    parser.add_argument("--picture", type=Path, metavar="SVG", help="draw the two starts")
    args = parser.parse_args()
    try:
        recipe = base_recipe()
        rates, steps = args.rates or [recipe.optimiser.rate], args.steps or recipe.schedule.steps
        protocol = PROTOCOLS[args.protocol]
        pairs = len(find_pairs(protocol, args.folder)[: args.limit])
        about = {"set": args.folder.name, "size": protocol.describe, "pairs": pairs}
        store = Store(args.json, about)
        evaluation = partial(measured, folder=args.folder, protocol=args.protocol, limit=args.limit)
        for rate, seed, name in product(rates, args.seeds, args.rows):
            if store.has(name, rate, seed, steps):
                continue
            own = row_recipe(recipe, ROWS[name], rate, seed, steps)
            result = run_row(name, own, args.train, args.runs, evaluation, args.alexnet)
            if result is None:
                print("table5: interrupted; the same command goes on", file=sys.stderr)
                return 130
            store.add(result)
            print(f"{name}, rate {rate:g}, seed {seed}: {result.seconds:.0f} s", file=sys.stderr)
    except SshrError as error:
        print(f"table5: {error}", file=sys.stderr)
        return error.exit_code
    wanted = [result for result in store.results if result.steps == steps]
    for rate in rates:
        rows = [
            {"network": ROWS[one.row].title, "seed": one.seed, **one.channels, "start": one.start}
            for one in wanted
            if one.rate == rate
        ]
        show(f"{store.about['set']}: {steps} steps, rate {rate:g}", rows)
    if args.picture:
        args.picture.write_text(drawn([r for r in wanted if r.rate == rates[-1]]), "utf-8")
    return 0


def base_recipe() -> Recipe:
    """What all rows have in common."""
    with as_file(files("sshr.training") / "recipes" / "ablation" / "table5.yaml") as path:
        return load_recipe(str(path))


def row_recipe(base: Recipe, row: Table5Row, rate: float, seed: int, steps: int) -> Recipe:
    """A row's recipe: model, rate, seed and steps are its own, the rest is the base's."""
    return replace(
        base,
        model={**base.model, **row.model} if row.printed else row.model,
        optimiser=replace(base.optimiser, rate=rate),
        schedule=replace(base.schedule, steps=steps),
        seed=seed,
    )


def run_row(
    name: str,
    recipe: Recipe,
    data: Path,
    runs: Path,
    evaluation: Evaluation,
    alexnet: Path | None = None,
) -> TrainedRow | None:
    """Train, or go on with what `runs` holds, and measure; None if a signal has ended it.

    Raises:
        TrainingError: see `train`.
    """
    rate, steps = recipe.optimiser.rate, recipe.schedule.steps
    out = runs / f"{name}-{rate:g}-{steps}-{recipe.seed}"
    out.mkdir(parents=True, exist_ok=True)
    known, own = runs / FEATURES, out / FEATURES
    if known.exists() and not own.exists():
        shutil.copy(known, own)  # AlexNet's features are the same for all rows
    session = TrainingSession(data, out, resume=(out / LAST).exists(), alexnet=alexnet)
    ended = train(recipe, session, lambda line: None)
    if ended.step < ended.steps:
        return None
    if not known.exists():
        shutil.copy(own, known)
    engine = Engine(load_model(str(ended.model), "cpu"))
    with (out / LOG).open(newline="") as file:
        log = [{name: float(v) for name, v in row.items()} for row in csv.DictReader(file)]
    return TrainedRow(
        row=name,
        rate=rate,
        seed=recipe.seed,
        steps=steps,
        parameters=engine.model.net.parameter_count(),
        checkpoint=engine.identity.hex(),
        seconds=round(log[-1]["seconds"], 1),
        skipped=int(log[-1]["skipped"]),
        rollbacks=int(log[-1]["rollbacks"]),
        channels=scores(engine, evaluation),
        start=at_start(engine, evaluation),
        curve=curve_of(log),
    )


def curve_of(log: Sequence[dict[str, float]]) -> list[tuple[int, float, float]]:
    """See `TrainedRow`; steps that were skipped have no figures."""
    curve: list[tuple[int, float, float]] = []
    ends = [0, 1, *range(EVERY, len(log) + 1, EVERY)]
    for start, end in pairwise(ends):
        found = [row for row in log[start:end] if row["loss"]]
        if found:
            means = (round(fmean(row[name] for row in found), 3) for name in ("stego", "revealed"))
            curve.append((end, *means))
    return curve


def scores(engine: Engine, evaluation: Evaluation) -> Figures:
    """Means over the pairs, by channel."""
    entry = MethodEntry("row", BareMethod(engine), engine.identity.hex())
    return evaluation([entry])[1]["row"]


def at_start(engine: Engine, evaluation: Evaluation) -> Figures | None:
    """What a closed form gave before training; None for printed steps, which begin at stego =
    secret.
    """
    net = copy.deepcopy(engine.model.net)
    if not net.is_exact:
        return None
    net.body.untrain()
    return scores(Engine(replace(engine.model, net=net)), evaluation)


def drawn(results: Sequence[TrainedRow]) -> str:
    """Stego and revealed PSNR while training, means over the seeds, as SVG.

    Raises:
        UsageError: neither start has been trained.
    """
    found = []
    for name, title in ((ZERO, "AdaLN-Zero"), (EXACT, "exact")):
        own = [result.curve for result in results if result.row == name]
        for column, what in ((1, "stego"), (2, "revealed")):
            points = [
                (float(places[0][0]), fmean(place[column] for place in places))
                for places in zip(*own, strict=True)
            ]
            if points:
                named = f"{title}: {what}"
                found.append(Series(named, points, dots=False, dashed=column == 2))
    if not found:
        raise UsageError(f"--picture needs the rows {ZERO} and {EXACT}")
    return curves("What training adds to either start", "step", "PSNR, dB", found)


if __name__ == "__main__":
    sys.exit(main())
