import dataclasses
import random

import pytest

from sshr.evaluation.attacks.matching import right_picks
from sshr.evaluation.attacks.public_keys import rsrk_public_scores
from sshr.evaluation.concealed import conceal_pair
from sshr.evaluation.methods.networks import preset

STEP = 0.55  # between levels of an element of k_pub_s


def test_k_pub_s_in_the_clear_names_its_secret(pictures):
    engine = preset("paper", "cpu").method.engine
    draw = random.Random(1).randbytes
    cases = [conceal_pair(engine, *pair, draw) for pair in pictures]
    scores = rsrk_public_scores(engine, cases)
    assert right_picks(scores) == len(cases)
    # A difference in any of the four elements that share a byte counts the same.
    one, other = cases[0].rsrk_public, bytearray(cases[0].rsrk_public)
    for shift in (0, 2, 4, 6):
        changed = other.copy()
        changed[0] ^= 1 << shift
        changed_case = dataclasses.replace(cases[0], rsrk_public=bytes(changed))
        assert changed_case.rsrk_public != one
        moved = rsrk_public_scores(engine, [changed_case])[0, 0] - scores[0, 0]
        assert abs(moved) == pytest.approx(STEP)
