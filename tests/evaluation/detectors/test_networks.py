import numpy as np
import pytest
import torch
from torch import nn

from sshr.evaluation.detectors.networks import NetworkDetector, Schooling
from sshr.evaluation.detectors.xunet import XuNet

SHORT = Schooling(steps=15, pairs=4, side=48, rate=1e-2)


@pytest.fixture(scope="module")
def pairs(photo):
    names, places = ("parrots", "sailboats"), range(0, 320, 64)
    covers = [photo(name, 64, 64, top, left) for name in names for top in places for left in places]
    rng = np.random.default_rng(1)
    loud = [np.clip(c + rng.normal(0, 8, c.shape), 0, 255).astype(np.uint8) for c in covers]
    return covers, loud


def test_loud_noise_is_learned(pairs):
    covers, stegos = pairs
    detector = NetworkDetector(XuNet, SHORT)
    detector.fit(covers[::2], stegos[::2])
    assert (detector.score(covers[1::2]) > 0).mean() < 0.2
    assert (detector.score(stegos[1::2]) > 0).mean() > 0.8


def test_pictures_of_other_sizes_are_cut_where_both_have_samples(photo):
    covers = [photo("parrots", 64, 80), photo("parrots", 80, 64)]
    detector = NetworkDetector(XuNet, Schooling(steps=2, primer=1, pairs=2, side=48))
    detector.fit(covers, covers[::-1])
    assert np.isfinite(detector.score(covers)).all()


def test_training_follows_from_its_seed_and_leaves_the_global_one(pairs):
    covers, stegos = (part[:4] for part in pairs)
    found = []
    torch.manual_seed(5)
    before = torch.get_rng_state()
    for seed in (1, 1, 2):
        detector = NetworkDetector(XuNet, Schooling(steps=2, side=32), seed)
        detector.fit(covers, stegos)
        found.append(detector.score(covers))
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


class Recorder(nn.Module):
    """Keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2))
        self.seen = []

    def forward(self, pictures):
        self.seen.append(pictures)
        return self.weight.expand(len(pictures), 2)


def test_both_of_a_pair_are_cut_alike_and_all_are_shown(pairs):
    covers = pairs[0][:5]
    made = []

    def build():
        made.append(Recorder())
        return made[-1]

    NetworkDetector(build, Schooling(steps=5, pairs=2, side=40)).fit(
        covers, [c ^ 1 for c in covers]
    )
    assert [len(batch) for batch in made[0].seen] == [4] * 5
    for batch in made[0].seen:
        assert batch.shape[1:] == (3, 40, 40)
        assert torch.equal(batch[::2].to(torch.uint8) ^ 1, batch[1::2].to(torch.uint8))


def test_misuse_is_refused(pairs):
    detector = NetworkDetector(XuNet, SHORT)
    with pytest.raises(RuntimeError, match="fitted"):
        detector.score(pairs[0])
    with pytest.raises(ValueError, match="no pairs"):
        detector.fit(pairs[0], pairs[1][:3])


def test_the_primer_shows_photographs_in_noise_that_falls(pairs):
    covers = pairs[0][:4]
    made = []

    def build():
        made.append(Recorder())
        return made[-1]

    NetworkDetector(build, Schooling(steps=2, primer=4, pairs=4, side=64)).fit(
        covers, [c ^ 1 for c in covers]
    )
    changes = [(batch[1::2] - batch[::2]).std() for batch in made[0].seen]
    assert len(changes) == 6
    assert changes[0] > 5 > changes[1] > changes[2] > changes[3] > 0.7
    for batch in made[0].seen[4:]:
        assert torch.equal(batch[::2].to(torch.uint8) ^ 1, batch[1::2].to(torch.uint8))


def test_the_rate_rises_and_falls():
    schooling = Schooling(steps=800, primer=200)
    found = [schooling.share(batch) for batch in range(1000)]
    assert found[:50] == sorted(found[:50])
    assert found[50:600] == [1.0] * 550
    assert found[600:] == sorted(found[600:], reverse=True)
    assert found[-1] == 0.01
