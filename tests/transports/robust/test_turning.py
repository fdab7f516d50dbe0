"""Eight ways in which a picture can lie."""

import numpy as np
import pytest

from sshr.transports.robust.turning import TURNS, Turn

PICTURE = np.arange(24).reshape(4, 6)


def test_there_are_eight_and_they_come_back() -> None:
    seen = {turn.upright(PICTURE).tobytes() + bytes(turn.upright(PICTURE).shape) for turn in TURNS}
    assert len(seen) == 8
    for turn in TURNS:
        assert np.array_equal(turn.back(turn.upright(PICTURE)), PICTURE)
        assert np.array_equal(turn.upright(turn.back(PICTURE)), PICTURE)
        assert (turn.upright(PICTURE).shape == (6, 4)) == turn.is_across


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn(), ""),
        (Turn(False, 1), "turned by a quarter to the right"),
        (Turn(False, 3), "turned by a quarter to the left"),
        (Turn(False, 2), "turned by half"),
        (Turn(True, 0), "mirrored"),
        (Turn(True, 2), "mirrored top to bottom"),
        (Turn(True, 1), "turned by a quarter to the right and mirrored"),
    ],
)
def test_words(turn: Turn, words: str) -> None:
    assert turn.words == words


def test_words_are_what_was_done() -> None:
    assert np.array_equal(np.rot90(PICTURE, -1), Turn(False, 1).back(PICTURE))
    assert np.array_equal(PICTURE[::-1], Turn(True, 2).back(PICTURE))
    assert np.array_equal(np.rot90(PICTURE, -1)[:, ::-1], Turn(True, 1).back(PICTURE))


def test_flips() -> None:
    ramp = np.arange(4)[:, None] * 10 + np.arange(5)
    for turn in TURNS:
        up = turn.upright(ramp)
        assert turn.is_flipped == (up[1, 0] < up[0, 0], up[0, 1] < up[0, 0])
    assert Turn(True, 0).is_flipped == (False, True)
    assert Turn(False, 2).is_flipped == (True, True)
