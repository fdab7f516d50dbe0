"""Layers are as long as what comes through, and no longer than the record tells."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.errors import TooSmallError
from sshr.transports.kind import Kind
from sshr.transports.robust.compact import CompactWriter
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.planning import MOST_BASE, Passage, Plan, best_plan, fill
from sshr.transports.robust.profiles import PROMISES, Promise

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)


def measured(reference: Rgb8, *names: str, has_analog: bool = False) -> dict[str, Passage]:
    plan = best_plan(reference, RobustOptions(survive=",".join(names)), has_analog)
    return plan.passed


def test_passages(reference: Rgb8) -> None:
    names = ("png", "jpeg:85", "jpeg:75", "small:0.5")
    found = measured(reference, *names)
    assert found["png"].first == pytest.approx(1, abs=0.01)
    assert found["png"].second == pytest.approx(1, abs=0.01)
    assert found["jpeg:85"].second > found["jpeg:75"].second > 0
    assert 0.5 < found["small:0.5"].first < found["png"].first
    assert found["small:0.5"].second < 0.05
    beside = measured(reference, *names, has_analog=True)
    assert beside["jpeg:75"].first < found["jpeg:75"].first


def test_a_messenger_makes_what_is_too_large_smaller(reference: Rgb8) -> None:
    found = measured(reference, "fit:64", "small:0.5", "fit:128", "png")
    assert found["fit:64"] == found["small:0.5"]
    assert found["fit:128"] == found["png"]


def test_a_list_takes_the_design_that_carries_more(photo) -> None:
    reference = photo("sailboats", 192, 192)
    for survive, design in (("jpeg:85", "messenger"), ("small:0.5+jpeg:75", "harsh")):
        plan = best_plan(reference, RobustOptions(survive=survive), False)
        assert plan.ground.design == design


def test_a_base_is_never_longer_than_the_record_tells(reference: Rgb8) -> None:
    huge = np.tile(reference, (12, 12, 1))
    ground = Ground.of(huge, "messenger", 35.0, False)
    writer = CompactWriter(ground.key, KEYS, random.Random(1).randbytes)
    promise = PROMISES["messenger"]
    plan = Plan(ground, promise, {name: Passage(1.0, 1.0) for name in promise.channels})
    blob = sshr.Blob(random.Random(1).randbytes(MOST_BASE + 1))
    with pytest.raises(TooSmallError, match="and 60000 come through"):
        fill(blob, plan, writer, 1.0)
    assert plan.rate < 0.85
    small = sshr.Blob(random.Random(1).randbytes(MOST_BASE - 100))
    filled = fill(small, plan, writer, 1.0)
    assert filled.record.kind is Kind.FILE
    assert len(filled.record.pack()) == 18 - 3


def test_the_base_takes_no_more_places_than_it_needs(reference: Rgb8) -> None:
    ground = Ground.of(reference, "messenger", 40.6, False)
    promise = Promise("messenger", ("jpeg:75",), ("jpeg:85",), 0.004)
    plan = Plan(ground, promise, {"jpeg:75": Passage(0.8, 0.1), "jpeg:85": Passage(0.9, 0.5)})
    assert plan.rate == 0.85
    share = plan.share(100, 0.85)
    assert plan.base_room(share, 0.85) >= 100 > plan.base_room(share - 2, 0.85)
    assert plan.refinement_room(share, 0.85) > plan.refinement_room(share + 50, 0.85) > 0
    alone = Plan(ground, Promise("messenger", ("jpeg:75",), (), 1.0), plan.passed)
    assert alone.refinement_room(share, 0.85) == 0
    assert alone.share(10**6, 0.85) == 255
