"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Reference = Annotated[
    Path, typer.Option("--reference", "-r", help="The photograph that both sides hold.")
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase; else SSHR_PASSPHRASE, else asked.")
]
NoPassphrase = Annotated[
    bool, typer.Option("--no-passphrase", help="Rely on the reference alone (weak).")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what to expect; writes and asks for nothing.")
]
Alpha = Annotated[
    str, typer.Option(help="composite (the secret's transparent parts on white) or refuse.")
]
MetadataOption = Annotated[
    str,
    typer.Option(
        "--metadata",
        help="What the stego says beside its samples: colour (the reference's profile), keep "
        "(also its EXIF and texts, without position and previews) or strip (nothing).",
    ),
]
Preset = Annotated[str, typer.Option(help="Preset name or path of a .safetensors checkpoint.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
