"""Attacks on the network itself, every check bypassed: the limits of docs/security.md for `base`.

Matching: chance is one right pick of 23, since every attacker rules out the reference. A limit is
what a fair draw exceeds once in 1e9 times, for one count and for the sum over a family of attacks,
which is the sharper: about 1 in 6.
"""

import random

import numpy as np
import pytest

from sshr.evaluation.attacks.attack import (
    BASE_ATTACKS,
    PAPER_ATTACKS,
    RIGHT,
    Attack,
    attacks_on,
    run_attack,
)
from sshr.evaluation.attacks.matching import FEATURES, feature_vectors, picks, right_picks
from sshr.evaluation.attacks.public_keys import rsrk_public_scores
from sshr.evaluation.attacks.scores import score
from sshr.evaluation.concealed import conceal_pair
from sshr.network.constants import MEAN_COLOUR
from sshr.transports.analog.engine import Engine
from sshr.zoo.registry import load_model

OTHER = 3  # the third case on shares neither secret nor reference

KEYLESS = [attack for attack in BASE_ATTACKS if not attack.has_session_key]
FAMILIES = {
    "session key": [
        a for a in KEYLESS if a.reference == "right" and a.key in ("right", "another's")
    ],
    "reference": [a for a in KEYLESS if a.reference != "right"],
    "k_sym": [a for a in KEYLESS if a.key not in ("right", "another's")],
}


def run(engine, attack, cases, seed=7):
    draw = random.Random(seed).randbytes
    others = cases[OTHER:] + cases[:OTHER]
    return [run_attack(engine, attack, *two, draw) for two in zip(cases, others, strict=True)]


def shows_nothing(picture, secret):
    """No more than a flat picture: the secret's own mean grey, or the colour that a stego without
    any payload reveals, which is the same for all secrets and happens to suit some."""
    found = score(picture, secret)
    empty = score(np.full_like(secret, np.rint(255 * np.array(MEAN_COLOUR))), secret)
    no_more = found.psnr <= empty.psnr + 0.2 and found.ssim < max(0.1, empty.ssim + 0.01)
    return found.shows_nothing or no_more


def test_families_cover_every_attack_without_the_session_key():
    assert sorted(a.name for family in FAMILIES.values() for a in family) == sorted(
        a.name for a in KEYLESS
    )
    # The ones that must be there.
    for wrong in (
        *(Attack(guess, "right", "right") for guess in ("random", "one bit off")),
        Attack("random", "another's", "right"),
        *(Attack(guess, "stego", "right") for guess in ("random", "no mix")),
        *(Attack(guess, "median", "right") for guess in ("random", "no mix")),
    ):
        assert wrong in KEYLESS


def test_the_receiver_reveals_and_every_feature_recognises_it(base, cases, candidates, references):
    revealed = run(base, RIGHT, cases)
    scores = [score(*two) for two in zip(revealed, [c.secret for c in cases], strict=True)]
    assert min(one.psnr for one in scores) > 40
    assert not any(one.shows_nothing for one in scores)
    found = picks(feature_vectors(one / 255 for one in revealed), candidates, references)
    assert found == {"pixels": 24, "bands": 24, "sorted": 24}


@pytest.mark.parametrize("family", FAMILIES)
def test_without_the_session_key_base_shows_nothing(
    family, base, cases, candidates, references, chance_limit
):
    counts = []
    for seed, attack in enumerate(FAMILIES[family]):  # each a draw of its own
        pictures = run(base, attack, cases, seed)
        for picture, case in zip(pictures, cases, strict=True):
            assert shows_nothing(picture, case.secret), attack.name
        counts.append(picks(feature_vectors(p / 255 for p in pictures), candidates, references))
    assert len(counts) >= 4
    for feature in FEATURES:
        values = [count[feature] for count in counts]
        assert max(values) <= chance_limit(24), (feature, values)
        assert sum(values) <= chance_limit(24 * len(values)), (feature, values)


def test_a_stego_taken_for_its_reference_is_a_flat_grey(base, cases):
    # Nothing is left of the payload but what the reference's saturated samples give away.
    for picture in run(base, Attack("random", "stego", "right"), cases[:6]):
        assert np.abs(picture.mean((0, 1)) / 255 - MEAN_COLOUR).max() < 4 / 255


def test_the_public_key_alone_names_the_secret(base, cases):
    # Which is why `base` seals it.
    assert right_picks(rsrk_public_scores(base, cases)) >= 20


def test_every_attack_runs_on_the_papers_own_scheme(crops):
    paper = Engine(load_model("paper", "cpu"))
    assert attacks_on(paper) == PAPER_ATTACKS
    draw = random.Random(3).randbytes
    made = [conceal_pair(paper, crops[i], crops[i + 1], draw) for i in range(5)]
    for attack in (RIGHT, *PAPER_ATTACKS):
        picture = run_attack(paper, attack, made[0], made[OTHER], draw)
        assert picture.shape == made[0].secret.shape
        assert 0 <= score(picture, made[0].secret).psnr <= 100
