import random

import numpy as np
import pytest
import torch

from sshr.evaluation.attacks.search import search_key, unnaturalness
from sshr.evaluation.concealed import conceal_pair
from sshr.evaluation.methods.networks import preset
from sshr.evaluation.records import Run

STEP = 0.55  # between levels of an element of k_pub_s
RUN = Run(2, "folder", "d", 1, "64 px", 5, [], [])
NAMES = [f"pair {i}" for i in range(5)]


def test_the_search_makes_the_reveal_look_more_natural(photo):
    engine = preset("base", "cpu").method.engine
    case = conceal_pair(
        engine, photo("parrots", 64, 64), photo("sailboats", 64, 64, 60), random.Random(1).randbytes
    )
    found = search_key(engine, case, case.reference, case.session, 3, steps=8)
    assert found.end_prior < found.start_prior
    assert found.end.shape == case.secret.shape
    same = search_key(engine, case, case.reference, case.session, 3, steps=8)
    assert np.array_equal(same.end, found.end)


def test_a_photograph_is_more_natural_than_noise_and_than_clipped_contrast(photo):
    picture = torch.from_numpy(photo("parrots").copy()).permute(2, 0, 1)[None] / 255
    natural = float(unnaturalness(picture))
    assert natural < float(unnaturalness(torch.rand_like(picture)))
    assert natural < float(unnaturalness((picture - 0.5) * 8 + 0.5))
    dim = float(unnaturalness(picture * 0.3 + 0.3))
    assert dim == pytest.approx(natural, rel=0.05)  # lowering the contrast gains nothing
