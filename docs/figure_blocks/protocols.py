"""How often detectors err, by what they know."""

from figure_blocks.base import Figures, Json, block, table

STRONG = ("srmq1", "srm", "xunet", "srnet")
OTHERS = {"twins": "noisy twins", "elsewhere": "elsewhere"}


@block("protocols")
def protocols(figures: Figures) -> str:
    """P_E of SPAM, by embedding and protocol."""
    told = figures.result("protocols")
    found, repeats = told["rows"], told["repeats"]
    leaked = [{point["pairs"]: point for point in row["leaked"]} for row in found]
    counts = sorted(set().union(*leaked))
    rows = []
    for row, own in zip(found, leaked, strict=True):
        cells = [point_of(own.get(count), repeats) for count in counts]
        rows.append([stegos(row), *cells, *other_cells(row, repeats)])
    heads = [f"{count} leaked pairs" for count in counts]
    note = (
        f"{told['photographs']} photographs in {repeats} splits, {told['detector']}, "
        f"{told['payload']:g} bit a sample sealed; elsewhere: trained on LSB matching of "
        f"{told['elsewhere']:g} bits a sample."
    )
    return table(["stegos", *heads, *OTHERS.values()], rows) + f"\n\n{note}"


@block("protocols-strong")
def strong(figures: Figures) -> str:
    """The same of rich models and networks, in their most leaked pairs."""
    rows = []
    for told in (figures.result(f"protocols-{name}") for name in STRONG):
        repeats = told["repeats"]
        splits = "1 split" if repeats == 1 else f"{repeats} splits"
        for row in told["rows"]:
            most = row["leaked"][-1]
            cells = [f"{told['photographs']}, {splits}", str(most["pairs"])]
            cells += [point_of(most, repeats), *other_cells(row, repeats)]
            rows.append([f"`{told['detector']}`", stegos(row), *cells])
    heads = ["detector", "stegos", "photographs", "leaked pairs", "P_E with them"]
    return table([*heads, *OTHERS.values()], rows, 2)


def stegos(row: Json) -> str:
    """What they are and how loud."""
    return f"{row['embedding']}, {row['stego_psnr']:.1f} dB"


def other_cells(row: Json, repeats: int) -> list[str]:
    """Without leaked pairs; the last protocol has one split."""
    return [point_of(row.get(name), 1 if name == "elsewhere" else repeats) for name in OTHERS]


def point_of(point: Json | None, repeats: int) -> str:
    """P_E with its deviation over the splits, or, of one, with its 95 % interval."""
    if point is None:
        return "-"
    if repeats > 1:
        return f"{point['p_e']:.3f} ± {point['spread']:.3f}"
    return f"{point['p_e']:.3f} ({point['low']:.2f} to {point['high']:.2f})"
