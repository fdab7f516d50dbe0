import sys

import numpy as np
import pytest

from sshr.errors import DamagedError, EvaluationError
from sshr.evaluation.methods.method import MethodEntry, concealed, revealed

PICTURE = np.full((16, 16, 3), 90, np.uint8)
KEY = bytes(32)


class Given:
    """Gives what it is told to."""

    def __init__(self, found):
        self.found = found

    def conceal(self, secrets, references, key):
        return self.found

    def reveal(self, stegos, references, key):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def entry(found):
    return MethodEntry("given", Given(found), "1")


def test_floating_stegos_stay_as_they_are_and_revealed_pictures_become_levels():
    floating = PICTURE[None] + 0.25
    assert concealed(entry(floating), PICTURE, PICTURE, KEY).dtype == np.float64
    found = revealed(entry(floating), PICTURE, PICTURE, KEY)
    assert np.array_equal(found, PICTURE)
    assert found.dtype == np.uint8


@pytest.mark.parametrize(
    "found",
    [[1], PICTURE, PICTURE[None].astype(np.int64), np.full((1, 16, 16, 3), np.nan)],
    ids=["list", "no batch", "int64", "nan"],
)
def test_what_is_no_picture_is_named(found):
    with pytest.raises(EvaluationError, match="given: conceal gave"):
        concealed(entry(found), PICTURE, PICTURE, KEY)


class Careless(Given):
    """Writes into what it is given, and gives the same array each time."""

    def conceal(self, secrets, references, key):
        self.found[:] = secrets
        references[:] = secrets
        return self.found

    def reveal(self, stegos, references, key):
        stegos[:] = references[:] = 0
        return stegos


def test_what_a_method_writes_into_stays_its_own():
    secret, reference = PICTURE + np.uint8(1), PICTURE.copy()
    method = Careless(np.zeros_like(PICTURE[None]))
    one = MethodEntry("careless", method, "1")
    stego = concealed(one, secret, reference, KEY)
    revealed(one, stego, reference, KEY)
    method.found[:] = 7
    assert np.array_equal(reference, PICTURE)
    assert np.array_equal(secret, PICTURE + 1)
    assert np.array_equal(stego, secret)


def test_outcomes_pass_and_other_errors_are_the_methods():
    with pytest.raises(DamagedError):
        revealed(entry(DamagedError("changed")), PICTURE, PICTURE, KEY)
    with pytest.raises(EvaluationError, match="reveal failed with KeyError"):
        revealed(entry(KeyError("x")), PICTURE, PICTURE, KEY)


def test_a_method_that_exits_has_failed():
    class Exits(Given):
        def conceal(self, secrets, references, key):
            sys.exit(0)

    with pytest.raises(EvaluationError, match="conceal failed with SystemExit"):
        concealed(MethodEntry("exits", Exits(None), "1"), PICTURE, PICTURE, KEY)
