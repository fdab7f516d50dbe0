"""Signals end a session and are given back."""

import signal
from types import SimpleNamespace
from typing import Any

import pytest

from sshr.training.sessions import Stopper


def module() -> Any:
    """As much of a run as a stopper sees."""
    return SimpleNamespace(
        trainer=SimpleNamespace(should_stop=False),
        any_device=lambda own: own,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_session_after_its_step(number: signal.Signals) -> None:
    before, run = signal.getsignal(number), module()
    stopper = Stopper(None)
    stopper.begin(run)
    stopper.step(run)
    assert not run.trainer.should_stop
    signal.raise_signal(number)
    stopper.step(run)
    assert run.trainer.should_stop
    assert stopper.signal == number
    stopper.close()
    assert signal.getsignal(number) == before


def test_asked_twice_it_ends_at_once() -> None:
    stopper = Stopper(None)
    stopper.begin(module())
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    stopper.close()


def test_a_session_without_time_ends_with_its_first_step() -> None:
    run, stopper = module(), Stopper(0.0)
    stopper.begin(run)
    stopper.step(run)
    stopper.close()
    assert run.trainer.should_stop
    assert stopper.signal is None
