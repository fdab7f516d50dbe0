"""How often robust stegos are told from photographs, and what larger ones reveal."""

from figure_blocks.base import Figures, block, table
from figure_blocks.use import error_of


@block("robust-detectability")
def robust_detectability(figures: Figures) -> str:
    """How often a detector errs, and one number that nobody has trained."""
    told = figures.result("robust-detectability")
    rows = [
        [
            f"`--survive {row['design']} --stego-psnr {row['level']:g}`",
            error_of(row),
            *(f"{row[f'edges_{side}']:.2f}" for side in (8, 16)),
        ]
        for row in told["rows"]
    ]
    heads = ["stegos", told["detector"].upper(), "edges of 8x8 blocks", "of 16x16"]
    return f"{table(heads, rows)}\n\nP_E, {told['photographs']} photographs of 256 px."


@block("robust-full-size")
def robust_full_size(figures: Figures) -> str:
    """Whole photographs."""
    run = figures.result("robust-full-size")
    told = "; ".join(
        f"`{name}` {one['psnr']:.2f} dB ({one['came']} of {one['pairs']})"
        for name, one in run["channels"].items()
    )
    return (
        f"Whole photographs of {run['folder']}, 768x512, `--survive {run['survive']} --analog "
        f"{run['analog']}`: {told}; {run['bytes']:.0f} bytes in stegos of "
        f"{run['stego_psnr_mean']:.2f} dB."
    )
