"""One method on one pair, channel by channel."""

from dataclasses import replace

import numpy as np
import pytest

from sshr.evaluation import protocols
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.measure import Trial, Work, files_of, key_of, measure
from sshr.evaluation.methods.method import MethodEntry, Prompts
from sshr.evaluation.methods.networks import preset
from sshr.evaluation.records import PairLine
from sshr.imaging.channels import parse_channel
from sshr.imaging.writing import write_image


class Half:
    """stego = reference + secret / 64, floating."""

    def conceal(self, secrets, references, key):
        return references + secrets / 64.0

    def reveal(self, stegos, references, key):
        return (stegos - references.astype(float)) * 64


@pytest.fixture
def trial(photo, tmp_path):
    secret, reference = photo("parrots", 64, 64), photo("lighthouse", 64, 64)
    paths = tmp_path / "s.png", tmp_path / "r.png"
    for path, picture in zip(paths, (secret, reference), strict=True):
        write_image(path, picture)
    pair = protocols.TestPair(*paths, "s.png | r.png")
    return lambda entry: Trial(entry, pair, secret, reference, 1, Lpips())


def test_keys_differ_by_seed_and_words():
    assert len({key_of(1, "a"), key_of(2, "a"), key_of(1, "b"), key_of(1, "a", "b")}) == 4
    assert len(key_of(1, "a")) == 32


def test_files_and_tensors_are_told_apart(trial):
    one = trial(MethodEntry("half", Half(), "1"))
    exact, written = (one.line(parse_channel(name)) for name in ("float", "png"))
    assert exact.revealed.psnr > written.revealed.psnr + 10
    assert exact.wrong_key is None
    assert written.wrong_key.revealed.psnr == written.revealed.psnr  # it has no key
    assert written.secret_stego.psnr < written.stego.psnr
    assert written.key == ("half", "1", "s.png | r.png", files_of(one.pair), "png")


def test_a_method_is_given_another_size_only_where_it_takes_any(trial):
    seen = []

    class Watching(Half):
        def reveal(self, stegos, references, key):
            seen.append(stegos.shape)
            return super().reveal(references, references, key)

    for any_size in (False, True):
        one = trial(MethodEntry("half", Watching(), "1", any_size=any_size))
        line = one.line(parse_channel("small:1.5"))
        assert 10 < line.stego.psnr < 60
    assert seen == [(1, 64, 64, 3), (1, 96, 96, 3)]


def test_pictures_of_a_network_are_kept_with_its_steps(trial):
    kept = []
    one = trial(preset("paper", "cpu"))
    for channel in ("png", "jpeg:60"):
        one.line(parse_channel(channel), lambda method, number, role, picture: kept.append(role))
    assert {"secret", "reference", "stego", "revealed", "step conceal 6"} <= set(kept)
    assert kept[-1] == "header known jpeg:60"


def test_distortions_repeat(trial):
    one = trial(MethodEntry("half", Half(), "1"))
    first, again = (one.line(parse_channel("noise:0.05")) for _ in range(2))
    assert first == again
    assert np.isfinite(first.revealed.psnr)


def test_replaced_pictures_of_one_size_and_names_that_are_none_are_told_apart(tmp_path):
    one, other = tmp_path / "a.bmp", tmp_path / "b.bmp"
    one.write_bytes(bytes(100))
    other.write_bytes(bytes(99) + b"\1")
    pairs = [protocols.TestPair(one, path, "same name") for path in (one, other)]
    assert files_of(pairs[0]) != files_of(pairs[1])
    for name in ("absent", "l" * 5000, "nul\0", "."):
        assert files_of(replace(pairs[0], reference=tmp_path / name)).endswith("+-")


class Told(Half):
    """Its stego is louder the longer the public prompt."""

    def __init__(self, louder=0):
        self.louder = louder

    def with_prompts(self, prompts):
        return Told(len(prompts.public))

    def conceal(self, secrets, references, key):
        return references + secrets / 64.0 + self.louder


def test_a_pair_tells_its_prompts_to_a_method_that_takes_them(trial, tmp_path):
    one = trial(MethodEntry("told", Told(), "1"))
    pairs = [
        replace(one.pair, prompts=prompts)
        for prompts in (None, Prompts("a", "20 letters and more."))
    ]
    assert (
        files_of(pairs[0])
        != files_of(pairs[1])
        != files_of(replace(pairs[1], prompts=Prompts("b", "20 letters and more.")))
    )
    protocol = protocols.PROTOCOLS["folder"]
    found = []
    for number, pair in enumerate(pairs):
        ledger = Ledger(tmp_path / f"{number}.jsonl", {}, PairLine)
        entries = [MethodEntry("told", Told(), "1"), MethodEntry("half", Half(), "1")]
        measure(Work(entries, [pair], protocol, [parse_channel("png")], 1), ledger)
        found.append(
            [ledger[(e.name, "1", pair.name, files_of(pair), "png")].stego.psnr for e in entries]
        )
    assert found[0][0] > found[1][0] + 5
    assert found[0][1] == found[1][1]
