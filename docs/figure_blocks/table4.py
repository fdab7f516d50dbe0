"""The paper's Table 4 and Figure 6: its accuracies quoted, ours by what a detector knows."""

from statistics import fmean

from figure_blocks.base import Figures, Json, block, table
from figure_blocks.rivals import SYSTEMS

OURS = ("paper", "base", "robust")
DETECTORS = ("spam", "srmq1", "srm", "xunet", "srnet")


@block("table4-leaked")
def leaked(figures: Figures) -> str:
    """Accuracy, %, of detectors that saw stegos of the same method; and StegExpose's area."""
    told = figures.result("table4")
    lines, names = [], asked(told, "leaked")
    for name, row in ordered(told):
        cells = [f"{row['pairs']}", f"{row['stego_psnr']:.1f}"]
        cells += [leaked_cell(row["leaked"].get(one)) for one in names]
        lines.append([called(name), *cells, f"{row['stegexpose']['auc']:.2f}"])
    heads = ["stegos of", "pairs", "PSNR, dB", *(f"`{one}`" for one in names)]
    note = (
        "Accuracy in %, 50 is a guess: mean of five folds ± its standard error. StegExpose learns "
        f"nothing. Sealed: {told['payload']:g} bits a sample."
    )
    return f"{table([*heads, 'StegExpose, AUC'], lines)}\n\n{note}"


@block("table4-elsewhere")
def elsewhere(figures: Figures) -> str:
    """Accuracy, %, of detectors that have learned from other stegos in other photographs."""
    told = figures.result("table4")
    names = asked(told, "elsewhere")
    lines = [
        [called(name), *(judged_cell(row["elsewhere"].get(one)) for one in names)]
        for name, row in ordered(told)
    ]
    note = (
        f"Accuracy in % and its 95 % interval. Trained on LSB matching of {told['elsewhere']:g} "
        f"bits a sample in {told['school']} other photographs."
    )
    return f"{table(['stegos of', *(f'`{one}`' for one in names)], lines)}\n\n{note}"


@block("table4-quoted")
def quoted(figures: Figures) -> str:
    """The paper's own."""
    names = ("Weng et al.", "UDH", "ISN", "HiNet", "CRoSS", "DiffStega", "the paper's own")
    cells = [figures.quoted("table4", row) for row in range(len(names))]
    rows = [
        [detector, *(f"{one[i]:.2f}" for one in cells)]
        for i, detector in enumerate(("SRM", "SRNet", "XuNet"))
    ]
    return table(["accuracy, %, as printed", *names], rows)


def asked(told: Json, how: str) -> list[str]:
    """All detectors that any row has, those of the paper's table last."""
    found = {name for row in told["rows"].values() for name in row[how]}
    return sorted(found, key=DETECTORS.index)


def ordered(told: Json) -> list[tuple[str, Json]]:
    """The rows by name, as the paper's tables have them."""
    return sorted(told["rows"].items(), key=lambda item: place(item[0]))


def place(name: str) -> tuple[int, str]:
    """Rivals in the order of the paper's tables, then ours."""
    order = [*SYSTEMS, *OURS]
    known = [one for one in (name, system_of(name)) if one in order]
    return (order.index(known[0]) if known else len(order)), name


def called(name: str) -> str:
    """As tables call it."""
    for key in (name, system_of(name)):
        if key in SYSTEMS:
            return f"{SYSTEMS[key]}, `{name}`"
    return f"SSHR, {name}" if name.startswith("sealed") else f"SSHR, `{name}`"


def system_of(name: str) -> str:
    """Without the version: `hinet:long` or `hinet-long` is `hinet`."""
    return name.replace(":", "-").split("-")[0]


def leaked_cell(folds: list[float] | None) -> str:
    """Accuracy over folds, and its standard error as far as the folds show it."""
    if folds is None:
        return "-"
    mean = fmean(folds)
    error = (sum((one - mean) ** 2 for one in folds) / (len(folds) - 1) / len(folds)) ** 0.5
    return f"{100 * (1 - mean):.1f} ± {100 * error:.1f}"


def judged_cell(found: Json | None) -> str:
    """Accuracy with its interval."""
    if found is None:
        return "-"
    low, high = (100 * (1 - found[end]) for end in ("high", "low"))
    return f"{100 * (1 - found['p_e']):.1f} ({low:.0f} to {high:.0f})"
