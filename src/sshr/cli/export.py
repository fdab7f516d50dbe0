"""`sshr export`."""

from pathlib import Path
from typing import Annotated

import typer

from sshr.cli.options import Force, Json
from sshr.cli.printing import print_json


def export(
    checkpoint: Annotated[
        Path, typer.Argument(help="The .safetensors file, as `sshr train` writes it.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the graphs; it is made.")],
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write a checkpoint as ONNX graphs.

    Conceal and reveal run them without PyTorch; give the folder as --preset. Needs the extra
    `train`.

    Example: sshr export runs/mine/model.safetensors -o mine
    """
    from sshr.zoo.extras import require_torch

    require_torch("export")
    from sshr.zoo.export import export_checkpoint

    digest = export_checkpoint(checkpoint, out, force)
    if as_json:
        print_json({"out": str(out), "checkpoint": digest[:8].hex()})
    else:
        print(f"checkpoint {digest[:8].hex()} exported to {out}; use it with --preset {out}")
