"""Words for all transports: what a secret can be, and which files lose nothing."""

from sshr.imaging.writing import LOSSLESS
from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind


def test_kinds_are_numbers_of_the_format() -> None:
    assert {kind.name: int(kind) for kind in Kind} == {"PICTURE": 0, "FILE": 1, "TEXT": 2}


def test_lossless_suffixes_are_those_that_are_written() -> None:
    assert set(LOSSLESS) == LOSSLESS_SUFFIXES
