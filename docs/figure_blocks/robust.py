"""What comes through which channel of the robust transport."""

from collections.abc import Sequence

from figure_blocks.base import Figures, Json, block, table
from sshr.imaging.channels import CURVES

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


@block("robust-alike")
def robust_alike(figures: Figures) -> str:
    """SSIM and LPIPS of the same runs."""
    runs = [figures.result(name) for name in RUNS]
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in runs[0]["channels"]:
        cells = (run["channels"][name] for run in runs)
        told = tuple(f"{one['ssim']:.3f} / {one['lpips']:.3f}" for one in cells)
        alike.setdefault(told, []).append(f"`{name}`")
    rows = [[", ".join(names), *told] for told, names in alike.items()]
    heads = [f"`--survive {run['survive']} --analog {run['analog']}`" for run in runs]
    return table(["SSIM / LPIPS of what is revealed", *heads], rows)


@block("robust-curves")
def robust_curves(figures: Figures) -> str:
    """A row for each family of channels, a column for each profile."""
    told = figures.result("robust-curves")
    rows = []
    for family, (names, unit) in CURVES.items():
        cells = [_along(run["channels"], names) for run in told["runs"].values()]
        rows.append([f"{family}, {unit}", *cells])
    heads = [f"`--survive {name}`" for name in told["runs"]]
    return (
        f"{table(['channels', *heads], rows)}\n\nRevealed, dB, behind each value: "
        f"{told['folder']}, {told['pairs']} pairs of {told['crop']} px, `--analog off`; what "
        "fails counts as the secret's mean grey."
    )


def _along(channels: Json, names: Sequence[str]) -> str:
    """`value dB` of a family, one after the other."""
    return ", ".join(f"{name.split(':')[1]}: {channels[name]['psnr']:.1f}" for name in names)


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
    parts = []
    for told in map(figures.result, ("robust-payloads", "robust-payloads-large")):
        counts = ", ".join(f"{count} {name}" for name, count in sorted(told["outcomes"].items()))
        side = told["side"] * told.get("tiles", 1)
        parts.append(f"{told['payloads']} in {told['data']} at {side} px: {counts}")
    return (
        "Payloads of 0 to 200 bytes through random channels of `messenger`, each with noise that "
        f"the sender has not seen: {'; '.join(parts)}. What is larger than a photograph of the set "
        "is several of them side by side."
    )


def _came(run: Json, name: str) -> str:
    one = run["channels"][name]
    return f"{one['came']} of {one['pairs']}"


def _stegos(run: Json) -> str:
    psnr, size, refused = run["stego_psnr_mean"], run["bytes"], run["refused"]
    return f"{psnr:.2f} dB, {size:.0f} bytes, {refused} refused"
