"""A concealed pair holds what its sender knows."""

import random

import numpy as np

from sshr.evaluation.concealed import conceal_pair
from sshr.evaluation.methods.networks import preset
from sshr.metrics import psnr


def test_what_the_sender_knows_reveals(photo):
    for name in ("paper", "base"):
        engine = preset(name, "cpu").method.engine
        secret, reference = photo("parrots", 64, 64), photo("lighthouse", 64, 64)
        pair = conceal_pair(engine, secret, reference, random.Random(1).randbytes)
        assert pair.k_sym.shape == (engine.model.key_dim,)
        assert np.array_equal(pair.k_sym, engine.rsrk_symmetric(pair.rsrk_public, reference))
        found = engine.reveal(pair.stego, reference, pair.k_sym, pair.scales, pair.session)
        assert psnr(pair.stego, reference) > 38
        assert psnr(found, secret) > 30
