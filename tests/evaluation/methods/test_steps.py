import random

import numpy as np
import pytest

from sshr.evaluation.attacks.attack import RIGHT, run_attack
from sshr.evaluation.concealed import conceal_pair
from sshr.evaluation.methods.networks import NetworkTrace, preset
from sshr.evaluation.records import Run
from sshr.metrics import psnr

STEP = 0.55  # between levels of an element of k_pub_s
RUN = Run(2, "folder", "d", 1, "64 px", 5, [], [])
NAMES = [f"pair {i}" for i in range(5)]


@pytest.mark.parametrize("name", ["paper", "base"])
def test_the_steps_lead_to_the_stego_and_back(name, photo):
    engine = preset(name, "cpu").method.engine
    pair = photo("parrots", 64, 64), photo("lighthouse", 64, 64, 250)
    case = conceal_pair(engine, *pair, random.Random(1).randbytes)
    found = NetworkTrace(engine, case).steps()
    names = [f"step {way} {t}" for way in ("conceal", "reveal") for t in range(1, 7)]
    assert [label.removesuffix(" x8") for label, _ in found] == names
    seen = dict(found)
    assert psnr(seen["step conceal 6"], case.stego) > 40  # but for rounding and header
    assert psnr(seen["step conceal 1"], case.stego) < 20
    right = run_attack(engine, RIGHT, case, case, random.Random(1).randbytes)
    assert psnr(seen["step reveal 6"], right) > 50
    assert psnr(seen["step reveal 6"], case.secret) > 30


def test_faint_steps_are_shown_louder_and_several_tiles_not_at_all(photo):
    engine = preset("paper", "cpu").method.engine
    pair = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 128, np.uint8)
    case = conceal_pair(engine, *pair, random.Random(1).randbytes)
    labels = [label for label, _ in NetworkTrace(engine, case).steps()]
    assert (labels[0], labels[5]) == ("step conceal 1 x8", "step conceal 6 x8")
    large = (photo("parrots", 64, 336, 0, 0), photo("lighthouse", 64, 336, 0, 0))
    tiled = conceal_pair(engine, *large, random.Random(1).randbytes)
    assert NetworkTrace(engine, tiled).steps() == []
