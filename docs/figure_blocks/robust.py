"""What comes through which channel of the robust transport."""

from figure_blocks.base import Figures, block, table

RUNS = ("robust-messenger-auto", "robust-messenger-off", "robust-harsh-off")


@block("robust")
def robust(figures: Figures) -> str:
    """A row for each channel, a column for each run."""
    runs = [figures.result(name) for name in RUNS]
    rows = []
    for name in runs[0]["channels"]:
        cells = [run["channels"][name] for run in runs]
        rows.append([f"`{name}`", *(f"{c['psnr']:.2f} ({c['came']})" for c in cells)])
    heads = [f"`--survive {run['survive']} --analog {run['analog']}`" for run in runs]
    told = "; ".join(
        f"{run['stego_psnr_mean']:.2f} dB, {run['bytes']:.0f} bytes, {run['refused']} refused"
        for run in runs
    )
    first = runs[0]
    pairs = f"{first['channels']['png']['pairs']} pairs of {first['crop']} px"
    return (
        f"{table(['channel', *heads], rows)}\n\nRevealed, dB (pairs of which the base at least "
        f"came), {first['folder']}, {pairs}; what fails counts as the secret's mean grey. Stegos "
        f"and layers, in the columns' order: {told}."
    )
