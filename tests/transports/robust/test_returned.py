"""Pictures that were in another size meanwhile."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.imaging.channels import parse_channel
from sshr.transports.robust.blocks import levels
from sshr.transports.robust.filters import fitted, spacing
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.listening import listen
from sshr.transports.robust.returned import returned, way_there

Rgb8 = NDArray[np.uint8]


def sent(name: str, picture: Rgb8) -> Rgb8:
    return parse_channel(name).distort(picture, np.random.default_rng(1))


@pytest.mark.parametrize("scale", [0.5, 0.75])
def test_the_way_is_found_and_explains_more_than_a_filter(reference: Rgb8, scale: float) -> None:
    seen, own = levels(sent(f"resize:{scale}", reference)), levels(reference)
    assert way_there(seen, own) == (scale, "bicubic")
    plain, there = (fitted(seen, each)[-1] for each in (own, returned(own, scale, "bicubic")))
    assert there < plain / 5


def test_no_size_hides_the_way(photo: Callable[..., Rgb8]) -> None:
    own = photo("sailboats", 168, 168)
    assert spacing(levels(own), 5_000) == 2  # such samples alone would be the work of one filter
    assert way_there(levels(sent("resize:0.5", own)), levels(own)) == (0.5, "bicubic")


@pytest.mark.parametrize("name", ["blur", "noise", "brightness:-2"])
def test_other_changes_are_none_of_it(reference: Rgb8, name: str) -> None:
    assert way_there(levels(sent(name, reference)), levels(reference)) is None


@pytest.mark.parametrize("scale", [0.5, 0.75])
def test_bits_come_back(reference: Rgb8, scale: float) -> None:
    detail = np.random.default_rng(3).normal(0, 20, (*reference.shape[:2], 1))
    lively = np.rint(reference + detail).clip(0, 255).astype(np.uint8)
    ground = Ground.of(lively, "messenger", 40.6, False)
    bits = np.random.default_rng(2).integers(0, 2, ground.plan.zero.shape).astype(bool)
    heard = listen(sent(f"resize:{scale}", ground.picture(bits)), lively, ground.plan)
    assert heard.channel.startswith(f"scaled to {scale:g} and back (bicubic)")
    use = ground.plan.classes == 1
    wrong = (heard.ratios[use] < 0) != bits[use]
    assert wrong.mean() < 0.05
