"""Attacks on the network itself, every check bypassed: the limits of docs/security.md for `base`.

Matching: chance is one right pick of 24, and the limit is 3 of 100 or, in proportion to chance, 3
of 24. A single count of a fair draw exceeds that once in fifty times, so it holds for the mean of
each family of at least four counts (once in three thousand); one count alone may reach 8.
"""

import random
from statistics import fmean

import pytest

from sshr.evaluation.attacks import (
    BASE_ATTACKS,
    PAPER_ATTACKS,
    RIGHT,
    Attack,
    attacks_on,
    run_attack,
    without_mix,
)
from sshr.evaluation.cases import conceal_again, conceal_case, public_key_scores
from sshr.evaluation.matching import FEATURES, right_picks
from sshr.evaluation.payload import residual
from sshr.evaluation.scores import score
from sshr.pipeline.engine import Engine
from sshr.zoo.registry import load_model

OTHER = 3  # the third case on shares neither secret nor reference
MEAN_LIMIT, SINGLE_LIMIT = 3, 8

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


def picks(matcher, found, known):
    return {name: right_picks(scores, known) for name, scores in matcher.scores(found).items()}


def assert_chance(counts):
    """`counts`: for several attacks the right picks by each feature."""
    assert len(counts) >= 4
    for feature in FEATURES:
        values = [count[feature] for count in counts]
        assert fmean(values) <= MEAN_LIMIT, (feature, values)
        assert max(values) <= SINGLE_LIMIT, (feature, values)


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


def test_the_receiver_reveals_and_every_feature_recognises_it(base, cases, matcher, references):
    revealed = run(base, RIGHT, cases)
    scores = [score(*two) for two in zip(revealed, [c.secret for c in cases], strict=True)]
    assert min(one.psnr for one in scores) > 36
    assert not any(one.shows_nothing for one in scores)
    found = picks(matcher, [picture / 255 for picture in revealed], references)
    assert found == {"pixels": 24, "bands": 24, "sorted": 24}


@pytest.mark.parametrize("family", FAMILIES)
def test_without_the_session_key_base_shows_nothing(family, base, cases, matcher, references):
    counts = []
    for seed, attack in enumerate(FAMILIES[family]):  # each a draw of its own
        pictures = run(base, attack, cases, seed)
        for picture, case in zip(pictures, cases, strict=True):
            assert score(picture, case.secret).shows_nothing, attack.name
        counts.append(picks(matcher, [picture / 255 for picture in pictures], references))
    assert_chance(counts)


def test_the_reference_without_the_key_recognises_nothing(base, cases, payload_matcher, references):
    draw, counts = random.Random(2).randbytes, []
    for _ in range(4):
        made = [conceal_again(base, case, draw) for case in cases]
        seen = [residual(base, case.stego, case.reference) for case in made]
        counts.append(picks(payload_matcher, seen, references))
    assert_chance(counts)


def test_without_the_mix_the_reference_alone_recognises_secrets(
    base, cases, payload_matcher, references
):
    bare, draw = without_mix(base), random.Random(5).randbytes
    made = [conceal_again(bare, case, draw) for case in cases]
    seen = [residual(base, case.stego, case.reference) for case in made]
    found = picks(payload_matcher, seen, references)
    # The coarse layer leaves rests that differ less in their sizes than whole secrets do.
    assert min(found["pixels"], found["bands"]) >= 16, found
    assert found["sorted"] > SINGLE_LIMIT, found
    assert base.model.net.uses_mix  # the comparison above was with the real thing


def test_a_stego_taken_for_its_reference_is_a_flat_grey(base, cases):
    # Nothing is left of the payload but what the reference's saturated samples give away.
    for picture in run(base, Attack("random", "stego", "right"), cases[:6]):
        assert abs(picture.mean() - 127.5) < 4


def test_every_attack_runs_on_the_papers_own_scheme(crops):
    paper = Engine(load_model("paper", "cpu"))
    assert attacks_on(paper) == PAPER_ATTACKS
    draw = random.Random(3).randbytes
    made = [conceal_case(paper, crops[i], crops[i + 1], draw) for i in range(5)]
    assert right_picks(public_key_scores(paper, made)) == 5  # k_pub_s alone names the secret
    for attack in (RIGHT, *PAPER_ATTACKS):
        picture = run_attack(paper, attack, made[0], made[OTHER], draw)
        assert picture.shape == made[0].secret.shape
        assert 0 <= score(picture, made[0].secret).psnr <= 100
