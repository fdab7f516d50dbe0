"""What the reference's holder can measure of the payload without a key is the same for all secrets.

He knows the network and all candidates, conceals each himself, and compares. Small pictures are the
mix's hard case: the fewer coefficients a group has, the fewer places there are for them.
"""

import dataclasses
import random
from collections import Counter

import numpy as np
import torch

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.attacks.opened import opened
from sshr.evaluation.attacks.payload import STATISTICS, residual_picks, ring_power
from sshr.evaluation.concealed import conceal_pair
from sshr.evaluation.tensors import to_tensor
from sshr.transports.analog.keyed_mix import tile_signs

FEATURES = {"pixels", "bands", "sorted", *STATISTICS}


def concealed(engine, secrets, references, seed):
    draw = random.Random(seed).randbytes
    return [conceal_pair(engine, *pair, draw) for pair in zip(secrets, references, strict=True)]


def recognised(engine, secrets, references, known, seed):
    """Right picks by each feature; `known`: the candidate that each case rules out."""
    cases = concealed(engine, secrets, references, seed)
    return residual_picks(engine, cases, known, random.Random(seed + 100).randbytes)


def test_nothing_recognises_a_secret(base, crops, chance_limit):
    """Each photograph in the one so many places on."""
    counts = Counter()
    for seed, (side, shift) in enumerate([(64, 1), (80, 5), (96, 7)]):
        pictures = [crop[:side, :side].copy() for crop in crops]
        known = [(i + shift) % 24 for i in range(24)]
        found = recognised(base, pictures, pictures[shift:] + pictures[:shift], known, seed)
        assert set(found) == FEATURES
        assert max(found.values()) <= chance_limit(24), (side, found)
        counts.update(found)
    assert max(counts.values()) <= chance_limit(3 * 24), counts


def test_nothing_tells_flat_or_drawn_secrets_from_photographs(base, crops, drawn, chance_limit):
    counts = Counter()
    photos = [crop[:64, :64].copy() for crop in crops]
    secrets = photos[:8] + drawn(64)
    for seed, shift in enumerate([0, 4]):
        references = photos[8 + shift :] + photos[: 8 + shift]
        known = [(i + 1) % 24 for i in range(24)]
        counts.update(recognised(base, secrets, references, known, seed))
    assert max(counts.values()) <= chance_limit(2 * 24), counts


def test_without_the_mix_the_reference_alone_recognises_secrets(
    base, cases, references, chance_limit
):
    bare, draw = dataclasses.replace(base, mixed=False), random.Random(5).randbytes
    made = [conceal_pair(bare, case.secret, case.reference, draw) for case in cases]
    found = residual_picks(base, made, references, draw)
    assert min(found["pixels"], found["bands"]) >= 20, found
    assert found["ring power"] <= chance_limit(24)  # the mix has no part in those
    assert base.model.uses_mix  # the comparison above was with the real thing


@torch.inference_mode()
def test_undoing_a_candidates_turn_tells_nothing(base, cases):
    """The keyed rotation derives from the secret: whoever has candidates undoes it with each one's.
    Were energy to move between rings by it, the right one would show by their fixed powers."""
    body, size = opened(base).net.body, cases[0].stego.shape[:2]
    sizes = base.model.group_sizes(size)
    for case in cases[:3]:
        row = body.payload_seen(to_tensor(case.stego), to_tensor(case.reference))
        before = ring_power([part.numpy() for part in row[0].split(sizes) if len(part)])
        for other in cases:
            k_sym = base.rsrk_symmetric(other.rsrk_public, case.reference)
            turned = body._turned(row, body.rotation(torch.from_numpy(k_sym)[None]), size)
            assert float((turned - row).abs().max()) > 1e-3
            after = ring_power([part.numpy() for part in turned[0].split(sizes) if len(part)])
            assert np.abs(after - before).max() < 1e-4


def test_no_group_of_the_mix_has_so_few_signs_that_all_can_be_tried(base):
    """Whoever has a candidate undoes U in the smallest group with every choice of the signs that
    follow the permutation. The right one gives the candidate's magnitudes, and hardly another."""
    vectors = len(tile_signs(Session(bytes(KEY_BYTES)), 0, 1))
    smallest = min(size for size in base.model.group_sizes((64, 64)) if size)
    assert (vectors - 1) * smallest >= 100
