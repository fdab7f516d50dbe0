"""Contexts: from nothing that the receiver does not know yet."""

from collections.abc import Callable

import numpy as np
import pytest

from sshr.coding.model import ContextModel, Subbands, fold
from sshr.coding.neighbourhood import second_pass
from sshr.coding.tables import (
    CONTEXT_OF,
    CONTEXTS,
    POINT,
    Tables,
    contexts_of,
    table_shapes,
)

MakeTables = Callable[[int], Tables]
MakeLevels = Callable[..., Subbands]


def contexts(model: ContextModel, details: list[np.ndarray]) -> dict[tuple[int, int, int], object]:
    return {place: found.copy() for place, _, found in model.contexts(details)}


def test_contexts_see_only_what_was_coded_before(tables: MakeTables, levels_of: MakeLevels) -> None:
    model = ContextModel(tables(2))
    _, details = levels_of(1, 6, 5, 2, 0.3, 20)
    _, noise = levels_of(2, 6, 5, 2, 1.0, 20)
    before = contexts(model, details)
    places = list(before)
    assert places == sorted(places)
    moved = 0
    for i, (n, colour, orientation) in enumerate(places):
        late = second_pass(*details[n].shape[2:])
        # Everything from here on is another: the first pass does not notice.
        changed = [plane.copy() for plane in details]
        for later in places[i:]:
            changed[later[0]][later[1:]] = noise[later[0]][later[1:]]
        found = contexts(model, changed)[n, colour, orientation]
        expected = before[n, colour, orientation]
        assert np.array_equal(found[~late], expected[~late])
        moved += int((found[late] != expected[late]).sum())
        # With the first pass as it was, neither does the second.
        own = changed[n][colour, orientation]
        own[~late] = details[n][colour, orientation][~late]
        assert np.array_equal(contexts(model, changed)[n, colour, orientation], expected)
    assert moved > 50  # the second pass does look at the first


def test_length_counts_every_symbol(tables: MakeTables) -> None:
    """A tile of zeros with one detail: the difference is that detail's symbol and its sign."""
    fixed = tables(1)
    weights = np.zeros_like(fixed.weights)
    weights[..., 0] = 1 << POINT  # one context for all, so that the rest is not disturbed
    model = ContextModel(Tables(weights, fixed.details, fixed.low))
    low, details = np.zeros((3, 4, 4), np.int32), [np.zeros((3, 3, 4, 4), np.int32)]
    nothing = model.length((low, details))
    context = int(contexts_of(np.array([1 << POINT]))[0])
    row = fixed.details[0, 1, context] / fixed.details[0, 1, context].sum()
    for level, symbol, extra in ((1, 1, 1), (-3, 3, 1), (15, 15, 15), (4000, 15, 15)):
        details[0][1, 2, 3, 1] = level
        found = model.length((low, details)) - nothing
        assert found == pytest.approx(np.log2(row[0]) - np.log2(row[symbol]) + extra, abs=1e-6)


def test_fold_counts_outwards() -> None:
    errors = np.array([0, 1, -1, 2, -2, 3], np.int32)
    assert fold(errors).tolist() == [0, 1, 2, 3, 4, 5]


def test_contexts_are_monotonous_classes() -> None:
    found = contexts_of(np.array([-5, 0, 11, 12, 1 << POINT, 8 << POINT, 1 << 30], np.int32))
    assert found[0] == found[1] == found[2] == 0
    assert found[-1] == found[-2] == CONTEXTS - 1
    assert (np.diff(CONTEXT_OF.astype(int)) >= 0).all()
    assert set(CONTEXT_OF.tolist()) == set(range(CONTEXTS))


@pytest.mark.parametrize("name", ["weights", "details", "low"])
def test_tables_of_another_shape_or_kind_are_refused(name: str, tables: MakeTables) -> None:
    good = {part: getattr(tables(2), part) for part in table_shapes(2)}
    for bad in (good[name][..., :-1].copy(), good[name].astype(np.int64)):
        with pytest.raises(ValueError, match=f"table {name}"):
            Tables(**(good | {name: bad}))


@pytest.mark.parametrize("name", ["details", "low"])
def test_a_symbol_must_stay_possible(name: str, tables: MakeTables) -> None:
    good = {part: getattr(tables(2), part) for part in table_shapes(2)}
    bad = good[name].copy()
    bad[1, 1, -1] = 0
    with pytest.raises(ValueError, match="not positive"):
        Tables(**(good | {name: bad}))
