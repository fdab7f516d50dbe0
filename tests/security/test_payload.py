"""What the reference's holder can measure of the payload without a key is the same for all secrets.

Sides of odd multiples of 16 are the mix's hard case: 80x80x3 samples have 75 chunks of 256.
"""

import random
from functools import partial

import pytest

from sshr.evaluation.cases import conceal_case
from sshr.evaluation.matching import right_picks
from sshr.evaluation.payload import chunk_power, payload_scores, residual, simulate, tile_power


@pytest.mark.parametrize("side", [80, 96])
def test_neither_power_nor_chunks_recognise_a_secret(side, base, crops, references):
    draw = random.Random(11).randbytes
    small = [crop[:side, :side].copy() for crop in crops]
    cases = [
        conceal_case(base, *pair, draw) for pair in zip(small, small[1:] + small[:1], strict=True)
    ]
    seen = [residual(base, case.stego, case.reference) for case in cases]
    simulation = simulate(base, cases, draw)
    for statistic in (tile_power, partial(chunk_power, base)):
        assert right_picks(payload_scores(seen, simulation, statistic), references) <= 5
