from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest


@dataclass(frozen=True)
class Inner:
    total: float


@dataclass(frozen=True)
class Line:
    name: str
    inner: Inner
    missing: int | None = None


def test_nested_figures_get_columns_of_their_own(
    load: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    load("printing").show("lines", [Line("a", Inner(1.23456789)), Line("b", Inner(2), 3)])
    title, _, heads, _, first, second, *_ = capsys.readouterr().out.splitlines()
    assert title == "### lines"
    assert heads == "| name | inner.total | missing |"
    assert first == "| a | 1.23457 |  |"
    assert second == "| b | 2 | 3 |"
