"""`sshr models`."""

from typing import Any

from sshr.cli.options import Json
from sshr.cli.printing import print_json


def models(as_json: Json = False) -> None:
    """List the presets and what was measured of them.

    Example: sshr models
    """
    from sshr.zoo.facts import summaries

    rows = summaries()
    if as_json:
        print_json({"models": rows})
        return
    print_models(rows)


def print_models(rows: list[dict[str, Any]]) -> None:
    """Print what `sshr.zoo.facts.summaries` gives: the presets, then their scores."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("preset", "parameters", "file, MB", "checkpoint", "purpose")
    for row in rows:
        size, count = f"{row['bytes'] / 1e6:.1f}", f"{row['parameters'] / 1e6:.2f} M"
        table.add_row(row["name"], count, size, row["checkpoint"], row["purpose"])
    console.print(table)
    table = Table("preset", "pictures")
    for head in ("stego, dB", "SSIM", "revealed, dB", "SSIM", "sum, dB"):
        table.add_column(head, justify="right")
    for row in rows:
        if row["scores"] is None:
            table.add_row(row["name"], "not measured")
        for name, score in (row["scores"] or {}).items():
            stego = (f"{score['stego_psnr']:.2f}", f"{score['stego_ssim']:.4f}")
            revealed = (f"{score['revealed_psnr']:.2f}", f"{score['revealed_ssim']:.4f}")
            pictures = f"{name}, {score['pairs']} pairs"
            table.add_row(row["name"], pictures, *stego, *revealed, f"{score['sum']:.2f}")
    console.print(table)
