"""Options that choose one of a few words."""

from typing import cast, get_args

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.secret import AlphaChoice


def alpha_choice(word: str) -> AlphaChoice:
    """What --alpha says.

    Raises:
        UsageError: another word than AlphaChoice has.
    """
    return cast(AlphaChoice, _one_of("--alpha", word, get_args(AlphaChoice)))


def metadata_choice(word: str) -> MetadataChoice:
    """What --metadata says.

    Raises:
        UsageError: another word than MetadataChoice has.
    """
    return cast(MetadataChoice, _one_of("--metadata", word, get_args(MetadataChoice)))


def _one_of(option: str, word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise UsageError(f"{option} {shown(word)} is not one of {', '.join(words)}")
    return word
