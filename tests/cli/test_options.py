"""Options that several commands share."""

from typing import get_args

import pytest

from sshr.cli.options import PictureChoices
from sshr.errors import UsageError
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.secret import AlphaChoice


def test_words_are_those_of_the_pictures() -> None:
    for word in get_args(MetadataChoice):
        assert PictureChoices(metadata=word).kept == word
    for word in get_args(AlphaChoice):
        assert PictureChoices(alpha=word).transparent == word
    assert (PictureChoices().kept, PictureChoices().transparent) == ("colour", "composite")


def test_other_words_are_refused() -> None:
    with pytest.raises(UsageError, match=r"--metadata al\\nl is not one of colour, keep, strip"):
        PictureChoices(metadata="al\nl")
    with pytest.raises(UsageError, match="--alpha black is not one of composite, refuse"):
        PictureChoices(alpha="black")
