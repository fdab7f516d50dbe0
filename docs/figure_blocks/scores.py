"""Scores of the packaged networks, of their training, and of the paper's Table 5."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from figure_blocks.base import BLOCKS, Figures, Json, block, both, table
from figure_blocks.ladder import first_ladder, rung, variant

SETS = ("imagenet100", "kodak24", "bsds100")
SCORES = ["", "stego PSNR / SSIM", "revealed PSNR / SSIM", "sum", "worst sum"]


def scores(figures: Figures, method: str, channel: str = "png") -> Iterator[tuple[str, Json]]:
    """What a method reached in a channel on each set where it was measured."""
    for name in SETS:
        for one in figures.report(name)["methods"]:
            if one["name"] == method and channel in one["channels"]:
                yield name, one["channels"][channel]


def set_rows(
    figures: Figures, method: str, channel: str = "png", note: str = ""
) -> Iterator[list[str]]:
    """A line for each of these sets."""
    for name, found in scores(figures, method, channel):
        pairs = (
            f"{found[role]['psnr']['mean']:.2f} / {found[role]['ssim']['mean']:.4f}"
            for role in ("stego", "revealed")
        )
        total = found["sum"]
        sums = f"{total['mean']:.2f}", f"{total['min']:.2f}"
        yield [f"{name}, {found['pairs']} pairs{note}", *pairs, *sums]


def sums(figures: Figures, method: str) -> dict[str, float]:
    """The mean sum of each set."""
    return {name: found["sum"]["mean"] for name, found in scores(figures, method)}


@block("fidelity")
def fidelity(figures: Figures) -> str:
    """Every set through files, with and without training."""
    start = sums(figures, "linear")
    rows = []
    for line, name in zip(set_rows(figures, "base"), sums(figures, "base"), strict=True):
        rows.append([*line, f"{start[name]:.2f}" if name in start else "-"])
    return table([*SCORES, "sum, untrained"], rows)


@block("trained")
def trained(figures: Figures) -> str:
    """What training adds to the linear start."""
    after = sums(figures, "base")
    found = [(f"base, {n}", s, after[n]) for n, s in sums(figures, "linear").items()]
    paper, name = rung(figures, "exact.angle")[1]["total"], first_ladder(figures)["folder"]
    found.append((f"paper, {name}", variant(figures, "paper, untrained")["total"], paper))
    rows = [[n, f"{a:.2f}", f"{b:.2f}", f"{b - a:+.2f}"] for n, a, b in found]
    return table(["sum of both PSNR, dB", "linear start", "trained", "adds"], rows)


@block("scores-base")
def scores_base(figures: Figures) -> str:
    """For the model card of `base`."""
    rows = [*set_rows(figures, "base"), *set_rows(figures, "linear", note=", linear start")]
    return f"Checkpoint {figures.checkpoint('base')}.\n\n{table(SCORES, rows)}"


@block("scores-paper")
def scores_paper(figures: Figures) -> str:
    """For the model card of `paper`."""
    rows = [*set_rows(figures, "paper"), *set_rows(figures, "paper", "float", ", `float`")]
    return f"Checkpoint {figures.checkpoint('paper')}.\n\n{table(SCORES, rows)}"


def curve(figures: Figures, preset: str) -> str:
    """Some rows of a training run's log."""
    told = figures.result(f"curve-{preset}")
    rows = []
    for row in told["rows"]:
        psnrs = [f"{row[key]:.2f}" for key in ("stego", "revealed", "total")]
        rows.append([f"{row['step']:.0f}", f"{row['seconds'] / 60:.0f}", *psnrs])
    heads = ["step", "minutes", "stego, dB", "revealed, dB", "sum"]
    guard = f"The guard skipped {told['skipped']} steps and rolled back {told['rollbacks']} times."
    return f"{table(heads, rows, 0)}\n\n{guard}"


BLOCKS["curve-base"] = lambda figures: curve(figures, "base")
BLOCKS["curve-paper"] = lambda figures: curve(figures, "paper")

TABLE_5 = {
    "plain": ("none of the parts", 0),
    "pm": ("+ PM", 1),
    "wavelet": ("+ wavelet", 2),
    "rep-conv": ("+ Rep-Conv", 3),
    "cigm": ("+ CIGM, that is all", 4),
    "z-first": ("all, z first in every step", None),
    "exact": ("the closed form (preset `paper`)", None),
}
"""Rows of `benchmarks/table5.py`: title, and the paper's row with the same parts."""


@block("table5")
def table5(figures: Figures) -> str:
    """The paper's parts added one by one, on one budget; one table for each budget."""
    told = figures.result("table5")
    parts = [f"{told['set']}, {told['pairs']} pairs of {told['crop']} px:"]
    budgets = dict.fromkeys((one["steps"], one["rate"]) for one in told["results"])
    for steps, rate in budgets:
        rows = []
        for name, (title, same) in TABLE_5.items():
            own = [
                one["channels"]
                for one in told["results"]
                if (one["row"], one["steps"], one["rate"]) == (name, steps, rate)
            ]
            if not own:
                continue
            files = {key: fmean(one["png"][key] for one in own) for key in own[0]["png"]}
            exact = fmean(one["float"]["total"] for one in own)
            paper = "" if same is None else quoted_row(figures.quoted("table5", same))
            seeds = ", ".join(f"{one['png']['total']:.2f}" for one in own)
            cells = [both(files, "stego"), both(files, "revealed"), f"{files['total']:.2f}"]
            rows.append([title, *cells, seeds, f"{exact:.2f}", paper])
        heads = ["", "stego", "revealed", "sum", "sum of each seed", "sum, float", "the paper"]
        parts += [f"{steps} steps, rate {rate:g}:", table(heads, rows)]
    return "\n\n".join(parts)


def quoted_row(cells: Sequence[float]) -> str:
    """Stego + revealed PSNR of a row of the paper's Table 5."""
    return f"{cells[0]:.2f} + {cells[4]:.2f} = {cells[0] + cells[4]:.2f}"


@block("starts")
def starts(figures: Figures) -> str:
    """What the printed start and the closed form reach on the budget of Table 5."""
    told, parts = figures.result("table5"), []
    for steps, rate in dict.fromkeys((one["steps"], one["rate"]) for one in told["results"]):
        same = [one for one in told["results"] if (one["steps"], one["rate"]) == (steps, rate)]
        found = [
            f"{title} {pair_of([one['channels'] for one in own])}"
            for row, title in (("cigm", "the printed start reaches"), ("exact", "the closed form"))
            if (own := [one for one in same if one["row"] == row])
        ]
        before = [one["start"] for one in same if one.get("start")]
        if before:
            found.append(f"the closed form has {pair_of(before)} before the first step")
        parts.append(f"{steps} steps at rate {rate:g}: {', '.join(found)}")
    return "Stego + revealed PSNR through files after " + "; after ".join(parts) + "."


def pair_of(found: Sequence[Json]) -> str:
    """Mean stego + revealed PSNR of several seeds, through files."""
    means = (fmean(one["png"][key] for one in found) for key in ("stego_psnr", "revealed_psnr"))
    return " + ".join(f"{mean:.2f}" for mean in means) + " dB"
