"""Lines of a ledger: what makes two of them the same measurement."""

from dataclasses import replace

import pytest

from sshr.evaluation.records import AttackLine, Comparison, DetectionLine, PairLine

FIGURES = Comparison(40, 0.9, 1.5, 2, 41, 0.01)
LINES = {
    "pair": PairLine("m", "1", "a", "3+4", "png", 0, "", FIGURES),
    "attack": AttackLine("m", "1", "a", "b", "k_sym"),
    "detection": DetectionLine("m", "1", "spam", "x", 10),
}
DEPENDS = {
    "pair": ("method", "identity", "pair", "files", "channel"),
    "attack": ("method", "identity", "pair", "other", "attack"),
    "detection": ("method", "identity", "detector", "pairs"),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_line_depends_on_what_was_measured(kind):
    line = LINES[kind]
    assert len({replace(line, **{name: "!"}).key for name in DEPENDS[kind]}) == len(DEPENDS[kind])
    assert all(replace(line, **{name: "!"}).key != line.key for name in DEPENDS[kind])


def test_a_line_does_not_depend_on_what_was_found():
    pair, detection = LINES["pair"], LINES["detection"]
    assert replace(pair, outcome=6, message="no", revealed=FIGURES).key == pair.key
    assert replace(detection, folds=[0.1], stego_psnr=3.0).key == detection.key
