"""Files are replaced whole, and signals are given back."""

import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sshr.training.sessions import Stopper, replaced


def module() -> Any:
    """As much of a run as a stopper sees."""
    return SimpleNamespace(any_device=lambda own: own, trainer=SimpleNamespace(should_stop=False))


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    for text in ("one", "two"):
        with replaced(path) as temporary:
            temporary.write_text(text)
            assert not path.exists() or path.read_text() == "one"
        assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    path.write_text("one")

    def write() -> None:
        with replaced(path) as temporary:
            temporary.write_text("half")
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write()
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


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
