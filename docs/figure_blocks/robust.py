"""What comes through which channel of the robust transport."""

from figure_blocks.base import Figures, Json, block, table

RUNS = ("robust-messenger-auto", "robust-messenger-off", "robust-harsh-off")
SETS = ("robust-bsds100", "robust-imagenet100")
PRINTED = {"png": 0, "blur": 1, "noise": 2, "jpeg:75": 3, "poisson": 4}
"""Columns of the paper's Table 6."""


@block("robust")
def robust(figures: Figures) -> str:
    """A row for each channel, a column for each run, and the paper's own figures as printed."""
    runs = [figures.result(name) for name in RUNS]
    paper = figures.quoted("table6")
    rows = []
    for name in runs[0]["channels"]:
        cells = [run["channels"][name] for run in runs]
        printed = f"{paper[PRINTED[name]]:.2f}" if name in PRINTED else ""
        rows.append([f"`{name}`", *(f"{c['psnr']:.2f} ({c['came']})" for c in cells), printed])
    heads = [f"`--survive {run['survive']} --analog {run['analog']}`" for run in runs]
    told = "; ".join(_stegos(run) for run in runs)
    first = runs[0]
    pairs = f"{first['channels']['png']['pairs']} pairs of {first['crop']} px"
    return (
        f"{table(['channel', *heads, 'paper, as printed'], rows)}\n\nRevealed, dB (pairs of which "
        f"the base at least came), {first['folder']}, {pairs}; what fails counts as the secret's "
        f"mean grey. Stegos and layers, in the columns' order: {told}. The paper's Table 6 is of "
        "other pictures (UniStega) and does not say how strong its channels are."
    )


@block("robust-sets")
def robust_sets(figures: Figures) -> str:
    """Other photographs: how often the base came."""
    runs = [figures.result(name) for name in SETS]
    names = list(runs[0]["channels"])
    rows = [
        [
            f"{run['folder']}, `--survive {run['survive']} --analog {run['analog']}`",
            *(f"{run['channels'][name]['psnr']:.2f} ({_came(run, name)})" for name in names),
        ]
        for run in runs
    ]
    told = "; ".join(_stegos(run) for run in runs)
    heads = ["photographs", *(f"`{name}`" for name in names)]
    return f"{table(heads, rows)}\n\nAs above. Stegos and layers: {told}."


@block("robust-payloads")
def robust_payloads(figures: Figures) -> str:
    """Random bytes through random channels."""
    told = figures.result("robust-payloads")
    found = told["outcomes"]
    counts = ", ".join(f"{count} {name}" for name, count in sorted(found.items()))
    return (
        f"{told['payloads']} payloads of 0 to 200 bytes through random channels of `messenger` "
        f"({told['data']}, {told['side']} px, each with noise that the sender has not seen): "
        f"{counts}."
    )


def _came(run: Json, name: str) -> str:
    one = run["channels"][name]
    return f"{one['came']} of {one['pairs']}"


def _stegos(run: Json) -> str:
    psnr, size, refused = run["stego_psnr_mean"], run["bytes"], run["refused"]
    return f"{psnr:.2f} dB, {size:.0f} bytes, {refused} refused"
