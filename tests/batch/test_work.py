"""The work of one pair: done again only when something has changed."""

import os
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from sshr.batch.pairing import Pairing, pair_by_name
from sshr.batch.runner import Backend, run_folder
from sshr.batch.work import Job, begin_pair, do_pair
from sshr.crypto.keys import Keys
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.registry import load_model


@pytest.fixture
def folders(photo, tmp_path: Path) -> tuple[Path, Path, Path]:
    own, shared = tmp_path / "secrets", tmp_path / "references"
    own.mkdir()
    shared.mkdir()
    for n in range(4):
        Image.fromarray(photo("parrots", 64, 64, 60 * n)).save(own / f"p{n}.png")
        Image.fromarray(photo("sailboats", 64, 64, 60 * n)).save(shared / f"p{n}.png")
    return own, shared, tmp_path / "out"


def test_a_pair_is_done_again_only_when_something_has_changed(folders, tmp_path: Path) -> None:
    own, shared, out = folders
    pair = pair_by_name(own, shared, out).pairs[0]
    job = Job("conceal", out, Keys(reference_alone=True))
    first = do_pair(job, pair)
    assert first.state == "done", first.error
    assert do_pair(job, pair) == first
    copy, other = tmp_path / "copy.safetensors", tmp_path / "other.safetensors"
    net = load_model("base").net
    save_checkpoint(net, copy)
    changed = deepcopy(net)
    next(changed.parameters()).data.add_(1)
    save_checkpoint(changed, other)
    assert do_pair(replace(job, options={"preset": str(copy)}), pair) == first
    for change in (
        {"options": {"preset": str(other)}},
        {"keys": Keys(b"word")},
        {"options": {"fit": "cover"}},
        {"command": "reveal"},
    ):
        entry = do_pair(replace(job, **change), pair)
        assert (entry.state, entry.code) == (
            "failed",
            8,
        )  # not done, nor replaced
    assert do_pair(replace(job, options={"fit": "cover"}, force=True), pair).state == "done"


def test_inputs_are_hashed_under_a_key_of_the_folder(folders, tmp_path: Path) -> None:
    own, shared, out = folders
    pair = pair_by_name(own, shared, out).pairs[0]
    first = do_pair(Job("conceal", out, Keys(reference_alone=True)), pair)
    key = out / ".sshr-records" / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = replace(pair, output=elsewhere / pair.name)
    second = do_pair(Job("conceal", elsewhere, Keys(reference_alone=True)), moved)
    assert second.state == "done", second.error
    assert second.inputs != first.inputs
    key.write_bytes(b"cut")  # a new key is made; what was finished is no longer known as such
    assert do_pair(Job("conceal", out, Keys(reference_alone=True)), pair).code == 8


def test_a_pipe_is_refused_and_not_waited_for(folders) -> None:
    own, shared, out = folders
    (own / "p0.png").unlink()
    os.mkfifo(own / "p0.png")
    (out / ".sshr-records").mkdir(parents=True)
    os.mkfifo(out / ".sshr-records" / "lock")
    pairing = pair_by_name(own, shared, out)
    entries = run_folder(
        Job("conceal", out, Keys(reference_alone=True)), Pairing(pairing.pairs[:1]), Backend()
    )
    assert [entry.code for entry in entries] == [7]
    assert "not a regular file" in entries[0].error


def test_what_was_revealed_is_its_owners_alone(folders, tmp_path: Path) -> None:
    own, shared, out = folders
    pair = pair_by_name(own, shared, out).pairs[0]
    assert do_pair(Job("conceal", out, Keys(reference_alone=True)), pair).state == "done"
    back = tmp_path / "back"
    second = replace(pair, source=pair.output, output=back / pair.name)
    assert do_pair(Job("reveal", back, Keys(reference_alone=True)), second).state == "done"
    assert second.output.stat().st_mode & 0o777 == 0o600


def test_pairs_begun_together_end_in_any_order(folders, tmp_path: Path) -> None:
    own, shared, out = folders
    keys, back = Keys(b"word"), tmp_path / "back"
    for command, sources, place in (("conceal", own, out), ("reveal", out, back)):
        job = Job(command, place, keys)
        pairs = pair_by_name(sources, shared, place).pairs[:2]
        ends = [begin_pair(job, pair) for pair in pairs]
        assert list(place.glob("*.png")) == []
        assert [end().state for end in reversed(ends)] == ["done", "done"]
        assert begin_pair(job, pairs[0])() == do_pair(job, pairs[0])


def test_a_pair_that_cannot_begin_ends_with_its_failure(folders, tmp_path: Path) -> None:
    own, shared, out = folders
    pair = pair_by_name(own, shared, out).pairs[0]
    pair.source.write_bytes(b"no picture")
    for command in ("conceal", "reveal"):
        entry = begin_pair(Job(command, out, Keys(b"word")), pair)()
        assert (entry.state, entry.sha256) == ("failed", "")
        assert "p0.png" in entry.error
    assert not pair.output.exists()
