"""Plain data into dataclasses: what is unknown, missing, of another type or out of range."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from sshr.network.strict import above, one_of, read, within


@dataclass(frozen=True)
class Inner:
    count: int = 1
    share: float = 0.5

    def __post_init__(self) -> None:
        above(0, count=self.count)
        within(0, 1, share=self.share)


@dataclass(frozen=True)
class Outer:
    name: str = "a"
    inner: Inner = field(default_factory=Inner)
    pair: tuple[float, int] = (1.0, 2)
    limit: int | None = None
    more: dict[str, Any] = field(default_factory=dict)
    on: bool = False

    def __post_init__(self) -> None:
        one_of(("a", "b"), name=self.name)


def test_what_is_given_changes_what_was_there() -> None:
    base = Outer(name="b", inner=Inner(count=3))
    values = {"inner": {"share": 1}, "pair": [2, 3], "limit": 4, "more": {"x": 1}, "on": True}
    found = read(base, values)
    assert found == Outer("b", Inner(3, 1.0), (2.0, 3), 4, {"x": 1}, True)
    assert isinstance(found.inner.share, float)
    assert read(found, {"limit": None}).limit is None
    assert read(base, {}) == base


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "here: [] is not a group of entries"),
        ({"inner": 3}, "here.inner: 3 is not a group of entries"),
        ({"other": 1}, "here.other: unknown; known: name, inner, pair, limit, more, on"),
        ({3: 1}, "here.3: unknown"),
        ({"inner": {"other": 1}}, "here.inner.other: unknown; known: count, share"),
        ({"name": "c"}, "here.name: 'c' is not one of a, b"),
        ({"inner": {"count": 0}}, "here.inner.count: 0 is not above 0"),
        ({"inner": {"count": 1.0}}, "here.inner.count: 1.0 is not of type int"),
        ({"inner": {"count": True}}, "here.inner.count: True is not of type int"),
        ({"inner": {"share": 1.5}}, "here.inner.share: 1.5 is outside [0, 1]"),
        ({"inner": {"share": float("nan")}}, "here.inner.share: nan is not of type float"),
        ({"inner": {"share": None}}, "here.inner.share: None is not of type float"),
        ({"pair": [1]}, "here.pair: [1] is not a list of 2 entries"),
        ({"pair": [1, 2.0]}, "here.pair: 2.0 is not of type int"),
        ({"limit": "x"}, "here.limit: 'x' is not of type int"),
        ({"more": []}, "here.more: [] is not of type dict"),
        ({"on": 1}, "here.on: 1 is not of type bool"),
    ],
)
def test_what_is_wrong_is_named(values: Any, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read(Outer(), values, "here")
    assert str(caught.value).startswith(said)


def test_the_whole_must_be_given_in_every_group() -> None:
    values = {"name": "a", "inner": {"count": 1}, "pair": [1, 2], "limit": None, "more": {}}
    with pytest.raises(ValueError, match=r"^on: missing"):
        read(Outer(), values, whole=True)
    with pytest.raises(ValueError, match=r"^inner\.share: missing"):
        read(Outer(), values | {"on": False}, whole=True)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_nothing_but_a_finite_number_is_above(value: float) -> None:
    with pytest.raises(ValueError, match=r"rate: .* is not above 0"):
        above(0, rate=value)
