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
AskPassphrase = Annotated[
    bool,
    typer.Option("--ask-passphrase", help="A passphrase as well as the key: both are needed."),
]
Identity = Annotated[
    Path | None, typer.Option(help="Private key (.key) of a recipient, instead of a passphrase.")
]
KeyPassphraseFile = Annotated[
    Path | None,
    typer.Option(help="Passphrase of a protected key; else SSHR_KEY_PASSPHRASE, else asked."),
]
Sender = Annotated[
    str | None,
    typer.Option(metavar="FILE_OR_KEY", help="Refuse what this public key has not signed."),
]
Preset = Annotated[str, typer.Option(help="Preset name or path of a .safetensors checkpoint.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
