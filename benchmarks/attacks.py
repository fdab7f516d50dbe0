"""Attacks with the checks bypassed, over the fixed pairs of a folder: what each one shows.

    python benchmarks/attacks.py --data FOLDER [--preset base] [--limit 24] [--crop 256]

PSNR and SSIM compare an attack's picture with the secret, 8-bit RGB. `grey` is the secret's own
mean grey, the best picture without any content; `fit` is the most that any change of brightness
and contrast could gain over it, for the worst pair. The last columns count how often an attack
picks the secret out of all N candidates; chance is 1. Keys come from a seed, so runs repeat.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
from rich.console import Console
from rich.table import Table

from sshr.cli.progress import progress_bar
from sshr.errors import SshrError
from sshr.evaluation.attacks import RIGHT, Attack, attacks_on, run_attack
from sshr.evaluation.cases import Case, Randomness, conceal_case, public_key_scores
from sshr.evaluation.matching import FEATURES, Matcher, right_picks
from sshr.evaluation.metrics import psnr
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.evaluation.recognition import picks, residual_picks
from sshr.evaluation.scores import score
from sshr.imaging.reading import read_image
from sshr.pipeline.engine import Engine
from sshr.pipeline.progress import Progress
from sshr.zoo.registry import load_model

OTHER = 3
"""A case and the third after it share neither secret nor reference."""


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


@dataclass
class Result:
    preset: str
    checkpoint: str
    pairs: int
    crop: int
    stego_psnr: float
    rows: list[Row] = field(default_factory=list)
    residual_picks: dict[str, int] = field(default_factory=dict)
    public_key_picks: int | None = None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--preset", action="append", help="base, paper or a checkpoint; repeatable")
    parser.add_argument("--limit", type=int, default=24, help="pairs, at least 5")
    parser.add_argument("--crop", type=int, default=256, help="px, a multiple of 16")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here too")
    args = parser.parse_args()
    if args.crop < 64 or args.crop % 16:
        parser.error("--crop must be a multiple of 16 and at least 64")
    try:
        pictures = [
            centre_crop(read_image(secret).rgb, args.crop)
            for secret, _ in fixed_pairs(args.data)[: args.limit]
        ]
        if len(pictures) < OTHER + 2:
            parser.error(f"at least {OTHER + 2} pictures are needed")
        results = []
        for preset in args.preset or ["base", "paper"]:
            results.append(measure(preset, pictures, args.seed))
            show(results[-1])
    except SshrError as error:
        print(f"attacks: {error}", file=sys.stderr)
        return error.exit_code
    if args.json:
        args.json.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    return 0


def measure(preset: str, pictures: list[np.ndarray], seed: int) -> Result:
    loaded = load_model(preset)
    engine, draw = Engine(loaded), random.Random(seed).randbytes
    count = len(pictures)
    with progress_bar(silent=False) as progress:
        cases = []
        for i, secret in enumerate(pictures):
            cases.append(conceal_case(engine, secret, pictures[(i + 1) % count], draw))
            progress(f"{preset}: concealing", i + 1, count)
        stego_psnr = fmean(psnr(case.stego, case.reference) for case in cases)
        result = Result(preset, loaded.digest[:8].hex(), count, len(pictures[0]), stego_psnr)
        # The picture that serves as a reference is known to the attacker, and so ruled out.
        known = [(i + 1) % count for i in range(count)]
        matcher = Matcher([case.secret / 255 for case in cases])
        attacks = (RIGHT, *attacks_on(engine))
        for done, attack in enumerate(attacks):
            report = partial(_within, progress, f"{preset}: attacking", done, len(attacks))
            result.rows.append(attacked(engine, attack, cases, matcher, known, draw, report))
        result.residual_picks = residual_picks(engine, cases, known, draw)
        if not loaded.net.uses_mix:
            result.public_key_picks = right_picks(public_key_scores(engine, cases), known)
    return result


def attacked(
    engine: Engine,
    attack: Attack,
    cases: list[Case],
    matcher: Matcher,
    known: list[int],
    draw: Randomness,
    report: Callable[[int, int], None],
) -> Row:
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
        picks=picks(matcher, [picture / 255 for picture in pictures], known),
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
    console = Console()
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
    counts = ", ".join(f"{name} {count}" for name, count in result.residual_picks.items())
    console.print(f"stego - reference, without a key, right picks: {counts}")
    if result.public_key_picks is not None:
        console.print(f"k_pub_s, sent in the clear, right picks: {result.public_key_picks}")


if __name__ == "__main__":
    sys.exit(main())
