"""The guard: which steps it takes, skips and answers with a roll-back."""

import math

import pytest

from sshr.training.recipe import SafetyPart
from sshr.training.safety import ENOUGH, Guard


def settled(in_decibel: bool, level: float, **part: float) -> Guard:
    guard = Guard(SafetyPart(**part), in_decibel)  # type: ignore[arg-type]
    for step in range(ENOUGH):
        assert guard.judge(step, level + 0.1 * (step % 3), 1.0) == "take"
    return guard


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_no_step_without_a_finite_loss_and_gradient(loss: float) -> None:
    guard = Guard(SafetyPart(), True)
    assert guard.judge(0, loss, 1.0) == "skip"
    assert guard.judge(1, 1.0, loss) == "skip"
    assert guard.judge(2, 1.0, 1.0) == "take"
    assert guard.skipped == 2


@pytest.mark.parametrize(
    ("in_decibel", "level", "good", "bad"), [(True, -80, -71, -69), (False, 0.5, 5, 6.5)]
)
def test_an_exploding_loss_is_skipped(
    in_decibel: bool, level: float, good: float, bad: float
) -> None:
    guard = settled(in_decibel, level)
    assert guard.judge(50, good, 1.0) == "take"
    assert guard.judge(51, bad, 1.0) == "skip"
    early = Guard(SafetyPart(), in_decibel)
    assert early.judge(0, level, 1.0) == "take"
    assert early.judge(1, bad, 1.0) == "take"  # nothing to compare with yet


def test_repeated_skips_roll_back_and_lower_the_rate() -> None:
    guard = settled(True, -80, skips=3, window=10)
    verdicts = [guard.judge(100 + step, math.nan, 1.0) for step in range(7)]
    assert verdicts == ["skip", "skip", "roll back"] * 2 + ["skip"]
    assert guard.factor == pytest.approx(0.09)
    assert (guard.skipped, guard.rollbacks) == (7, 2)


def test_rare_skips_do_not_add_up() -> None:
    guard = settled(True, -80, skips=2, window=10)
    assert guard.judge(100, math.nan, 1.0) == "skip"
    assert not guard.wants_snapshot(100)
    assert guard.judge(109, -80, 1.0) == "take"
    assert guard.judge(110, math.nan, 1.0) == "skip"
    assert guard.judge(119, math.nan, 1.0) == "roll back"
    assert guard.wants_snapshot(200)
    assert not guard.wants_snapshot(201)


def test_a_loss_that_stays_high_is_believed_after_a_roll_back() -> None:
    guard = settled(True, -80, skips=2)
    assert [guard.judge(60 + step, -60, 1.0) for step in range(3)] == ["skip", "roll back", "take"]


def test_a_new_channel_starts_a_new_median() -> None:
    guard = settled(True, -80)
    guard.forget()
    assert guard.judge(60, -50, 1.0) == "take"


def test_its_state_travels() -> None:
    guard = settled(True, -80, skips=3)
    for step in (60, 61, 62, 70):
        guard.judge(step, math.nan, 1.0)
    twin = Guard(SafetyPart(skips=3), True)
    twin.load_state_dict(guard.state_dict())
    assert twin.state_dict() == guard.state_dict()
    assert [g.judge(71, -69, 1.0) for g in (guard, twin)] == ["take", "take"]
    assert twin.state_dict() == guard.state_dict()
