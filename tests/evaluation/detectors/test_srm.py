"""Dimensions as published, a submodel by its definition, and what must not matter."""

import numpy as np
import pytest

from sshr.evaluation.detectors.detector import find_detector
from sshr.evaluation.detectors.srm import plane_features, srm_features, srmq1_features

ONE = ((1.0,),) * 5


@pytest.fixture(scope="module")
def plane(photo):
    return photo("parrots", 40, 40)[..., 1].astype(np.int32)


def test_dimensions_are_those_published(photo, plane):
    picture = photo("sailboats", 48, 56)
    assert srmq1_features(picture).shape == (12_753,)
    assert srm_features(picture).shape == (34_671,)
    sizes = [len(part) for part in plane_features(plane, ONE)]
    assert (len(sizes), sizes.count(338), sizes.count(325)) == (39, 6, 33)


def test_every_submodel_holds_shares(plane):
    """Two scans, each with a minimum and a maximum or with two directions or kernels: sum 4."""
    for part in plane_features(plane, ONE):
        assert part.min() >= 0
        assert part.sum() == pytest.approx(4)


def rounded(value):
    return int(np.clip(np.sign(value) * np.floor(abs(value) + 0.5), -2, 2))


def test_minmax22h_of_first_differences_by_its_definition(plane):
    counts = np.zeros((5, 5, 5, 5))
    for picture in (plane, plane.T):
        height, width = picture.shape
        for join, sign in ((min, 1), (max, -1)):
            own = np.zeros((5, 5, 5, 5))
            for row in range(1, height - 1):
                line = [
                    sign
                    * join(
                        rounded(picture[row, column + 1] - picture[row, column]),
                        rounded(picture[row, column - 1] - picture[row, column]),
                    )
                    for column in range(1, width - 1)
                ]
                for at in range(len(line) - 3):
                    own[tuple(one + 2 for one in line[at : at + 4])] += 1
            counts += own / own.sum()
    both = counts + counts.transpose(3, 2, 1, 0)
    expected = {}
    for four in np.ndindex(counts.shape):
        name = min(four, four[::-1])
        expected[name] = counts[four] if four == four[::-1] else both[four]
    assert len(expected) == 325
    submodel = list(plane_features(plane, ONE))[1]
    assert np.allclose(sorted(submodel), sorted(expected.values()))


def test_a_picture_turned_by_a_half_and_its_negative_are_the_same(plane):
    expected = np.concatenate(list(plane_features(plane, ONE)))
    turned = np.concatenate(list(plane_features(plane[::-1, ::-1], ONE)))
    # Of spam14, other samples lie at the border.
    assert np.abs(turned - expected).max() < 0.05
    assert np.abs(turned - expected).mean() < 1e-4
    negative = np.concatenate(list(plane_features(255 - plane, ONE)))
    spam = np.cumsum([0, *(len(part) for part in plane_features(plane, ONE))])
    for start in (0, 11, 17):
        part = slice(spam[start], spam[start + 1])
        assert np.allclose(negative[part], expected[part])


def test_replaced_bits_are_found(photo):
    places = [(top, left) for top in range(0, 400, 64) for left in range(0, 400, 64)]
    covers = [photo("parrots", 64, 64, *place) for place in places]
    rng = np.random.default_rng(1)
    stegos = [c & 0xFE | rng.integers(0, 2, c.shape, np.uint8) for c in covers]
    detector = find_detector("srmq1")
    detector.fit(covers[::2], stegos[::2])
    assert (detector.score(covers[1::2]) > 0).mean() < 0.2
    assert (detector.score(stegos[1::2]) > 0).mean() > 0.8
