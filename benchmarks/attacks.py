"""Attacks with the checks bypassed, over the fixed pairs of a folder: what each one shows.

    python benchmarks/attacks.py --data FOLDER [--preset base] [--limit 24] [--crop 256]

All attacks of `sshr.evaluation.attacks`. PSNR and SSIM compare an attack's picture with the secret,
8-bit RGB. `grey` is the secret's own mean grey, the best picture without any content; `fit` is the
most that any change of brightness and contrast could gain over it, for the worst pair. The last
columns count how often an attack picks the secret out of all N candidates; chance is 1.

Matching needs no network's reveal: the holder of the reference compares stego - reference with what
every candidate would change, and under `base` the power, the kurtosis and the sizes in each ring of
frequencies. `--candidates 24 100` does that among the first 24 and the first 100 pictures; a folder
with fewer gives what it has. Keys come from a seed, so runs repeat.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.errors import SshrError
from sshr.evaluation.attacks.attack import RIGHT, Attack, attacks_on, run_attack
from sshr.evaluation.attacks.matching import FEATURES, Matcher, right_picks
from sshr.evaluation.attacks.recognition import picks, residual_picks
from sshr.evaluation.attacks.scores import score
from sshr.evaluation.attacks.suite import LEAST, OTHER
from sshr.evaluation.concealed import ConcealedPair, conceal_pair, rsrk_public_scores
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.progress import Progress
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8
from sshr.zoo.registry import load_model

PRESETS = ("base", "paper")


@dataclass
class Row:
    """One attack over all pairs: means, and the worst pair where the name says so."""

    attack: str
    kind: str
    psnr: float
    grey_psnr: float
    worst_over_grey: float
    worst_fit_over_grey: float
    ssim: float
    grey_ssim: float
    pairs_shown: int
    picks: dict[str, int]


@dataclass(frozen=True)
class Matching:
    """Right picks among so many candidates, by feature; chance is 1. The paper sends k_pub_s."""

    candidates: int
    picks: dict[str, int]


@dataclass
class Result:
    """One preset."""

    preset: str
    checkpoint: str
    pairs: int
    crop: int
    stego_psnr: float
    rows: list[Row] = field(default_factory=list)
    matching: list[Matching] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--preset", action="append", help="base, paper or a checkpoint; repeatable")
    parser.add_argument("--limit", type=int, default=24, help=f"pairs attacked, at least {LEAST}")
    parser.add_argument("--candidates", type=int, nargs="*", default=[24, 100], help="to match")
    parser.add_argument("--crop", type=int, default=256, help="px, a multiple of 16")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here too")
    args = parser.parse_args()
    if args.crop < 64 or args.crop % 16:
        parser.error("--crop must be a multiple of 16 and at least 64")
    if min([args.limit, *args.candidates]) < LEAST:
        parser.error(f"--limit and --candidates must be at least {LEAST}")
    results = []
    try:
        pictures = [
            centre_crop(read_image(secret).rgb, args.crop)
            for secret, _ in fixed_pairs(args.data)[: max([args.limit, *args.candidates])]
        ]
        if len(pictures) < LEAST:
            parser.error(f"at least {LEAST} pictures are needed")
        counts = sorted({min(count, len(pictures)) for count in args.candidates})
        for preset in args.preset or PRESETS:
            results.append(measure(preset, pictures, args.limit, counts, args.seed))
            show(results[-1])
    except SshrError as error:
        print(f"attacks: {error}", file=sys.stderr)
        return error.exit_code
    if args.json:
        args.json.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    return 0


def measure(
    preset: str, pictures: list[Rgb8], limit: int, candidates: list[int], seed: int
) -> Result:
    """All attacks on the first `limit` pictures, and matching among each number of candidates.

    Among N pictures secret i goes with reference i + 1, the last with the first.
    """
    engine = Engine(load_model(preset))

    @cache
    def case(secret: int, reference: int) -> ConcealedPair:
        draw = random.Random(f"{seed} {secret} {reference}").randbytes
        return conceal_pair(engine, pictures[secret], pictures[reference], draw)

    def cases_of(count: int) -> list[ConcealedPair]:
        found = []
        for i in range(count):
            found.append(case(i, (i + 1) % count))
            progress(f"{preset}: concealing", i + 1, count)
        return found

    with progress_bar(silent=False) as progress:
        cases = cases_of(min(limit, len(pictures)))
        stego_psnr = fmean(psnr(one.stego, one.reference) for one in cases)
        shape = len(cases), len(pictures[0])
        result = Result(preset, engine.identity.hex(), *shape, stego_psnr)
        matcher = Matcher([one.secret / 255 for one in cases])
        attacks = (RIGHT, *attacks_on(engine))
        for done, attack in enumerate(attacks):
            report = partial(_within, progress, f"{preset}: attacking", done, len(attacks))
            result.rows.append(attacked(engine, attack, cases, matcher, seed, report))
        for count in candidates:
            result.matching.append(matched(engine, cases_of(count), seed))
            progress(f"{preset}: matching", len(result.matching), len(candidates))
    return result


def matched(engine: Engine, cases: list[ConcealedPair], seed: int) -> Matching:
    """How often the holder of the reference names the secret; he rules the reference itself out."""
    known = _ruled_out(cases)
    draw = random.Random(f"{seed} matching {len(cases)}").randbytes
    found = residual_picks(engine, cases, known, draw)
    if not engine.model.net.uses_mix:
        found["k_pub_s"] = right_picks(rsrk_public_scores(engine, cases), known)
    return Matching(len(cases), found)


def _ruled_out(cases: list[ConcealedPair]) -> list[int]:
    """Of each case the candidate that serves as its reference."""
    return [(i + 1) % len(cases) for i in range(len(cases))]


def attacked(
    engine: Engine,
    attack: Attack,
    cases: list[ConcealedPair],
    matcher: Matcher,
    seed: int,
    report: Callable[[int, int], None],
) -> Row:
    """One attack on every case; `report` is told how many are done."""
    draw = random.Random(f"{seed} {attack.name}").randbytes
    pictures, scores = [], []
    for i, case in enumerate(cases):
        other = cases[(i + OTHER) % len(cases)]
        pictures.append(run_attack(engine, attack, case, other, draw))
        scores.append(score(pictures[-1], case.secret))
        report(i + 1, len(cases))
    return Row(
        attack=attack.name,
        kind=_kind(engine, attack),
        psnr=fmean(s.psnr for s in scores),
        grey_psnr=fmean(s.grey_psnr for s in scores),
        worst_over_grey=max(s.over_grey for s in scores),
        worst_fit_over_grey=max(s.fitted_psnr - s.grey_psnr for s in scores),
        ssim=fmean(s.ssim for s in scores),
        grey_ssim=fmean(s.grey_ssim for s in scores),
        pairs_shown=sum(not s.shows_nothing for s in scores),
        picks=picks(matcher, [picture / 255 for picture in pictures], _ruled_out(cases)),
    )


def _kind(engine: Engine, attack: Attack) -> str:
    if attack == RIGHT:
        return "the receiver"
    if not engine.model.net.uses_mix:
        return "attack"
    return "holds the session key" if attack.has_session_key else "attack"


def _within(progress: Progress, stage: str, done: int, total: int, step: int, steps: int) -> None:
    progress(stage, done * steps + step, total * steps)


def show(result: Result) -> None:
    console = Console(width=130)
    title = (
        f"{result.preset} ({result.checkpoint}): {result.pairs} pairs of {result.crop} px, "
        f"stego {result.stego_psnr:.2f} dB"
    )
    table = Table("attack", title=title)
    for head in ("PSNR", "grey", "worst - grey", "worst fit", "SSIM", "grey", "shown", *FEATURES):
        table.add_column(head, justify="right")
    kind = result.rows[0].kind
    for row in result.rows:
        if row.kind != kind:
            kind = row.kind
            table.add_section()
        table.add_row(
            row.attack + (" *" if row.kind == "holds the session key" else ""),
            *(f"{value:.2f}" for value in (row.psnr, row.grey_psnr)),
            *(f"{value:+.2f}" for value in (row.worst_over_grey, row.worst_fit_over_grey)),
            *(f"{value:.3f}" for value in (row.ssim, row.grey_ssim)),
            str(row.pairs_shown),
            *(str(row.picks[name]) for name in FEATURES),
        )
    console.print(table)
    console.print("shown: pairs of which the attack's picture is better than the flat grey")
    if any(row.kind == "holds the session key" for row in result.rows):
        console.print("* holds the session key: an upper bound, no attack on the scheme")
    for found in result.matching:
        counts = ", ".join(f"{name} {count}" for name, count in found.picks.items())
        console.print(f"stego - reference without a key, {found.candidates} candidates: {counts}")


if __name__ == "__main__":
    sys.exit(main())
