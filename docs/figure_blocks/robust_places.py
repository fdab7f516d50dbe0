"""What comes through another size or place of a robust stego."""

from figure_blocks.base import Figures, Json, block, table

SIZES = ("lanczos", "bicubic", "bilinear")


@block("robust-sizes")
def robust_sizes(figures: Figures) -> str:
    """A row for each scale, a column for each resizer."""
    told = figures.result("robust-places")
    changes = told["changes"]
    scales = dict.fromkeys(name.partition(" ")[0] for name in changes if _is_size(name))
    rows = [[scale, *(_cell(changes[f"{scale} {kind}"]) for kind in SIZES)] for scale in scales]
    pairs = changes["mirror"]["pairs"]
    return (
        f"{table(['scale', *SIZES], rows)}\n\nRevealed, dB (pairs of which the base came, and the "
        f"refinement), {told['folder']}, {pairs} pairs of {told['crop']} px, `--analog off`; what "
        "fails counts as the secret's mean grey."
    )


@block("robust-places")
def robust_places(figures: Figures) -> str:
    """A row for each other change, with the words that `channel` says most often."""
    changes = figures.result("robust-places")["changes"]
    rows = [
        [f"`{name}`", _cell(row), row["words"]]
        for name, row in changes.items()
        if not _is_size(name)
    ]
    return table(["change", "revealed, dB", "what `channel` says"], rows)


def _is_size(name: str) -> bool:
    return name.partition(" ")[2] in SIZES


def _cell(row: Json) -> str:
    return f"{row['psnr']:.2f} ({row['base']}, {row['refined']})"
