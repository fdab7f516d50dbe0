"""From the paper's equations to preset base, one entry of the configuration at a time.

    python benchmarks/ladder.py FOLDER [FOLDER...] --train FOLDER [--limit N] [--json OUT]

Secret i goes with reference i + 1. `png`: the stego is written as 8-bit PNG and the secret is
revealed from that file. `float`: the receiver has the sender's tensor, which no file
holds. Rungs are without header, so that they differ by their entry alone; the last row is the
product: `sshr.conceal` with a passphrase, header included, and `sshr.reveal` from the file.

Rungs up to R8 are not trained: their gains are fitted to pieces of the photographs of `--train`.
The others have the weights of a preset, as far as the rung has a place for them.
"""

import argparse
import copy
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from bare import BareMethod, Figures, measured
from pictures import Bar, bars
from PIL import Image
from printing import keep, show

from sshr.cli.progress import progress_bar
from sshr.errors import SshrError, UsageError
from sshr.evaluation.json_records import flat, nested
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.networks import preset
from sshr.evaluation.protocols import PROTOCOLS
from sshr.network.config import ModelConfig
from sshr.network.kinds import build, config_from_dict, config_to_dict
from sshr.network.model import SshrNet
from sshr.progress import Progress, quiet
from sshr.training.data import CropSampler
from sshr.training.folders import describe_layout
from sshr.training.photos import Photos
from sshr.transports.analog.engine import Engine
from sshr.zoo.checkpoint import LoadedModel
from sshr.zoo.registry import load_model

PRESET = "as in the preset"
"""A rung's value: what the preset's checkpoint has."""

START: dict[str, Any] = {
    "colour": "rgb",
    "exact.bank": "haar",
    "exact.payload": "difference",
    "exact.headroom": 0.0,
    "exact.equal": False,
    "exact.shaping": 0.0,
    "exact.ranked": False,
    "exact.companding.width": 0,
    "exact.strength.contrast": 0.0,
    "exact.strength.learned": False,
    "exact.angle": 0.0,
}
"""What the exact start lacks of preset paper."""


@dataclass(frozen=True)
class Rung:
    """One entry (or group of entries) of the configuration changed, the others as one rung below.

    Attributes:
        weights: the preset whose weights it has; None: a start fitted without training.
    """

    name: str
    why: str
    entry: str
    value: Any = PRESET
    weights: str | None = None


RUNGS = (
    Rung("R0 exact start", "printed coupling; every pair of steps ends with z = y", ""),
    Rung("R1 payload: the secret", "not its difference to the reference", "exact.payload"),
    Rung("R2 opponent colours", "colour planes are hardly correlated", "colour"),
    Rung("R3 headroom", "nothing is cut off at 0 and 255", "exact.headroom"),
    Rung("R4 block DCT", "one gain for each kernel", "exact.bank", "block"),
    Rung("R5 frequencies", "one gain for each ring of the whole tile", "exact.bank"),
    Rung("R6 equal stego PSNR", "payload gives way to headroom", "exact.equal"),
    Rung("R7 shaped rounding", "rounding is quiet where gains are low", "exact.shaping"),
    Rung("R8 ranked carriers", "loud classes where rounding is quietest", "exact.ranked"),
    Rung("R9 learned companding", "nonlinear pair", "exact.companding", weights="paper"),
    Rung("R10 strength map", "change where it is hard to see", "exact.strength", weights="paper"),
    Rung("R11 keyed rotation", "k_sym in the bank: preset paper", "exact.angle", weights="paper"),
    Rung("R12 keyed mix", "within groups at fixed power", "exact.mixed", weights="base"),
)
PRODUCT = "R13 base as used"


@dataclass(frozen=True)
class Variant:
    """A preset with something changed, beside the ladder."""

    name: str
    preset: str
    untrained: bool = False
    nearest: bool = False
    mixing: float | None = None


VARIANTS = (
    Variant("paper, untrained", "paper", untrained=True),
    Variant("base, untrained", "base", untrained=True),
    Variant("base, rounded to the nearest level", "base", nearest=True),
    Variant("base, untrained, nearest level", "base", untrained=True, nearest=True),
    Variant("base, p = 0.97", "base", mixing=0.97),
)


@dataclass(frozen=True)
class LadderRow:
    """A row, and what it gave on one folder; `changes` are {entry: [before, after]}."""

    name: str
    why: str
    changes: dict[str, list[Any]]
    learned: bool
    channels: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class Measurable:
    """A row of the table and the network that is measured for it."""

    row: LadderRow
    engine: Engine
    nearest: bool = False


@dataclass(frozen=True)
class Ladder:
    """One folder."""

    folder: str
    pairs: int
    rungs: list[LadderRow]
    variants: list[LadderRow]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--train", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--fit-crops", type=int, default=256, help="pieces to fit the start to")
    parser.add_argument("--fit-side", type=int, default=128, help="px of their sides")
    parser.add_argument("--paper", default="paper", help="checkpoint instead of preset paper")
    parser.add_argument("--base", default="base", help="checkpoint instead of preset base")
    parser.add_argument("--protocol", default="kodak", help="of sshr evaluate")
    parser.add_argument("--limit", type=int, help="the first so many pairs of each folder")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    parser.add_argument("--picture", type=Path, metavar="SVG", help="draw the first folder's rungs")
    args = parser.parse_args()
    presets = {"paper": args.paper, "base": args.base}
    try:
        pieces = training_pieces(args.train, args.fit_crops, args.fit_side)
        rungs, variants = make_rungs(presets, pieces), make_variants(presets)
        with progress_bar(silent=False) as progress:
            found = [
                measure_folder(
                    folder, rungs, variants, args.base, args.protocol, args.limit, progress
                )
                for folder in args.folders
            ]
        told = {
            name: load_model(preset, "cpu").digest[:8].hex() for name, preset in presets.items()
        }
    except SshrError as error:
        print(f"ladder: {error}", file=sys.stderr)
        return error.exit_code
    for ladder in found:
        rows = [*ladder.rungs, *ladder.variants]
        told_rows = [{"": row.name, "why": row.why, **row.channels} for row in rows]
        show(f"{ladder.folder}: {ladder.pairs} pairs", told_rows)
    keep(args.json, checkpoints=told, size=PROTOCOLS[args.protocol].describe, sets=found)
    if args.picture:
        args.picture.write_text(drawn(found[0]), "utf-8")
    return 0


def training_pieces(folder: Path, count: int, side: int) -> torch.Tensor:
    """(count, 3, side, side) in [0, 1], as training takes its linear start from.

    Raises:
        TrainingError: not a folder of photographs.
        UsageError: fewer than two are large enough.
    """
    paths = []
    for path in describe_layout(folder).photographs():
        with Image.open(path) as image:
            if min(image.size) >= side:
                paths.append(path)
    if len(paths) < 2:
        raise UsageError(f"{folder}: holds fewer than two photographs of at least {side} px")
    return CropSampler(Photos(paths, torch.empty(0)), side, seed=1).crops(count)


def rung_configs(paper: ModelConfig, base: ModelConfig) -> list[ModelConfig]:
    """The configuration of every rung: START, then one entry after the other as the presets have
    it. The rung of `base` has that preset's own.
    """
    full, entries, found = flat(config_to_dict(paper)), flat(config_to_dict(paper)) | START, []
    for rung in RUNGS:
        if rung.weights == "base":
            found.append(base)
            continue
        for name in entries if rung.entry else ():
            if name == rung.entry or name.startswith(f"{rung.entry}."):
                entries[name] = full[name] if rung.value == PRESET else rung.value
        found.append(config_from_dict(nested(entries)))
    return found


def differences(before: ModelConfig, after: ModelConfig) -> dict[str, list[Any]]:
    """{entry: [before, after]} of what differs."""
    one, other = flat(config_to_dict(before)), flat(config_to_dict(after))
    return {name: [one[name], other[name]] for name in one if one[name] != other[name]}


def make_rungs(presets: dict[str, str], pieces: torch.Tensor) -> list[Measurable]:
    """Every rung as a network; `pieces` are what untrained ones are fitted to.

    Raises:
        UsageError: a preset is not in closed form.
        CheckpointError: see `load_model`.
    """
    nets = {name: closed_form(preset) for name, preset in presets.items()}
    configs = rung_configs(nets["paper"].config, nets["base"].config)
    found = []
    for i, (rung, config) in enumerate(zip(RUNGS, configs, strict=True)):
        if rung.weights is None:
            net = fitted(config, nets["paper"], pieces)
        else:
            net = with_weights(config, nets[rung.weights])
        changes = differences(configs[i - 1], config) if i else {}
        row = LadderRow(rung.name, rung.why, changes, rung.weights is not None)
        found.append(Measurable(row, as_engine(net)))
    return found


def make_variants(presets: dict[str, str]) -> list[Measurable]:
    """Every variant as a network; see `make_rungs`."""
    found = []
    for variant in VARIANTS:
        source = closed_form(presets[variant.preset])
        values = config_to_dict(source.config)
        if variant.mixing is not None:
            values["mixing"] = variant.mixing
        net = with_weights(config_from_dict(values), source)
        if variant.untrained:
            net.body.untrain()
        changes = differences(source.config, net.config)
        row = LadderRow(variant.name, "", changes, not variant.untrained)
        found.append(Measurable(row, as_engine(net), variant.nearest))
    return found


def closed_form(preset: str) -> SshrNet:
    """A preset's network or a checkpoint's.

    Raises:
        UsageError: its steps are the printed ones.
        CheckpointError: see `load_model`.
    """
    net = load_model(preset, "cpu").net
    if not net.is_exact:
        raise UsageError(f"{preset}: is not in closed form, so it is on no rung")
    return net


def fitted(config: ModelConfig, source: SshrNet, pieces: torch.Tensor) -> SshrNet:
    """A network before training: the linear start, with the features and keys of `source`."""
    torch.manual_seed(1)
    net = build(config)
    net.features, net.keys = source.features, copy.deepcopy(source.keys)
    net.body.fit(pieces)
    return net


def with_weights(config: ModelConfig, source: SshrNet) -> SshrNet:
    """A network of `config` with the weights of `source`, as far as it has a place for them."""
    net = build(config)
    own = net.state_dict()
    net.load_state_dict({k: v for k, v in source.state_dict().items() if k in own})
    net.features = source.features  # large, frozen and the same in all
    return net


def as_engine(net: SshrNet) -> Engine:
    """Bound to run; a network that no stego names has no identity."""
    return Engine(LoadedModel(net.eval().requires_grad_(False), bytes(32)))


def measure_folder(
    folder: Path,
    rungs: Sequence[Measurable],
    variants: Sequence[Measurable],
    product: str,
    protocol: str,
    limit: int | None = None,
    progress: Progress = quiet,
) -> Ladder:
    """All rows on all pairs of a folder, or the first `limit`."""
    methods = [
        MethodEntry(one.row.name, BareMethod(one.engine, one.nearest), "")
        for one in (*rungs, *variants)
    ]
    methods.append(replace(preset(product), name=PRODUCT))
    run, found = measured(methods, folder, protocol, limit, progress)
    del found[PRODUCT]["float"]  # that has no header
    used = LadderRow(PRODUCT, "with its header, by sshr.conceal", {}, True)
    told = [
        [replace(row, channels=found[row.name]) for row in rows]
        for rows in ([*(one.row for one in rungs), used], [one.row for one in variants])
    ]
    return Ladder(folder.name, run.pairs, *told)


def drawn(ladder: Ladder) -> str:
    """The rungs' sums through files, as SVG."""
    found, before = [], None
    for row in ladder.rungs:
        total = row.channels["png"]["total"]
        note = "" if before is None else f"{total - before:+.2f}"
        colour = 2 if row.name == PRODUCT else int(row.learned)
        found.append(Bar(row.name, total, colour, note))
        before = total
    title = f"Stego + revealed PSNR through 8-bit files, {ladder.folder}"
    legend = ("not trained", "trained", "as used, header included")
    return bars(title, "dB", found, legend)


if __name__ == "__main__":
    sys.exit(main())
