"""What is promised can be tried, the same every time."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.errors import UsageError
from sshr.transports.robust.options import DESIGNS as NAMES
from sshr.transports.robust.profiles import DESIGNS, PROMISES, notes_on_size, promises, through

Rgb8 = NDArray[np.uint8]


def test_every_promise_can_be_tried(reference: Rgb8) -> None:
    assert tuple(DESIGNS) == NAMES
    for promise in PROMISES.values():
        assert promise.design in DESIGNS
        assert len(set(promise.channels)) == len(promise.channels)
        for name in promise.channels:
            assert through(name, reference).dtype == np.uint8


@pytest.mark.parametrize("name", ["jpeg:70", "small:0.5", "noise", "poisson", "png"])
def test_channels_are_the_same_every_time(reference: Rgb8, name: str) -> None:
    before = reference.copy()
    found = through(name, reference)
    assert np.array_equal(found, through(name, reference))
    assert np.array_equal(reference, before)
    assert found.shape == ((64, 64, 3) if name == "small:0.5" else reference.shape)


def test_a_list_is_tried_with_both_designs() -> None:
    mild, harsh = promises("jpeg:60, small:0.5+jpeg:75")
    assert (mild.design, harsh.design) == NAMES
    assert mild.base == mild.refined == harsh.base == ("jpeg:60", "small:0.5+jpeg:75")
    assert harsh.refined == ()
    for name, promise in PROMISES.items():
        assert promises(name) == [promise]


def test_unknown_ones() -> None:
    with pytest.raises(UsageError):
        through("rotation", np.zeros((8, 8, 3), np.uint8))


def test_large_stegos_are_made_smaller_by_messengers() -> None:
    (note,) = notes_on_size((1200, 1601, 3), "messenger")
    assert "more than 1600 pixels a side smaller" in note
    assert "sshr reference --max-side 1280" in note
    assert notes_on_size((4000, 300), "harsh") == (note,)
    assert notes_on_size((1600, 1200), "messenger") == ()
    assert notes_on_size((3000, 4000), "jpeg:75") == ()  # whoever names channels knows them
