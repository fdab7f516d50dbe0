"""The table of what can be asked for."""

import pytest

from sshr.app.faults import CancelledFault, RequestFault
from sshr.app.forms import Form
from sshr.app.work import ACTIONS, Action, perform
from sshr.progress import quiet


def test_every_fault_is_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ACTIONS:
        if name != "new-key":
            with pytest.raises(RequestFault) as raised:
                perform(name, Form(), quiet)
            assert raised.value.status == 400

    def broken(*_: object) -> None:
        raise KeyError("what")

    monkeypatch.setitem(ACTIONS, "broken", Action(broken, frozenset()))  # type: ignore[arg-type]
    with pytest.raises(RequestFault, match="unexpected KeyError: 'what'") as raised:
        perform("broken", Form(), quiet)
    assert raised.value.status == 500


def test_progress_may_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(form: Form, progress: object) -> None:
        progress("slow", 0, 1)  # type: ignore[operator]
        raise AssertionError("went on")

    def stop(*_: object) -> None:
        raise CancelledFault

    monkeypatch.setitem(ACTIONS, "slow", Action(slow, frozenset()))  # type: ignore[arg-type]
    with pytest.raises(CancelledFault):
        perform("slow", Form(), stop)
