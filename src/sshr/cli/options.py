"""Options that several commands share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from sshr.errors import UsageError
from sshr.files.names import shown

if TYPE_CHECKING:
    from sshr.imaging.metadata import MetadataChoice
    from sshr.imaging.secret import AlphaChoice

Reference = Annotated[
    Path, typer.Option("--reference", "-r", help="The photograph that both sides hold.")
]
KeyPassphraseFile = Annotated[
    Path | None,
    typer.Option(help="Passphrase of a protected key; else SSHR_KEY_PASSPHRASE, else asked."),
]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


@dataclass(frozen=True)
class PictureChoices:
    """What becomes of what a picture has beside its samples.

    Raises:
        UsageError: an unknown word.
    """

    metadata: Annotated[
        str,
        typer.Option(
            "--metadata",
            help="What the stego says beside its samples: colour (the reference's profile), keep "
            "(also its EXIF and texts, without position and previews) or strip (nothing).",
        ),
    ] = "colour"
    alpha: Annotated[
        str, typer.Option(help="composite (the secret's transparent parts on white) or refuse.")
    ] = "composite"

    def __post_init__(self) -> None:
        from sshr.imaging.metadata import MetadataChoice
        from sshr.imaging.secret import AlphaChoice

        _one_of("--metadata", self.metadata, get_args(MetadataChoice))
        _one_of("--alpha", self.alpha, get_args(AlphaChoice))

    @property
    def kept(self) -> "MetadataChoice":
        """What --metadata says."""
        return cast("MetadataChoice", self.metadata)

    @property
    def transparent(self) -> "AlphaChoice":
        """What --alpha says."""
        return cast("AlphaChoice", self.alpha)


def _one_of(option: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise UsageError(f"{option} {shown(word)} is not one of {', '.join(words)}")
