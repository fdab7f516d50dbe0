"""Whatever a checkpoint holds, it is loaded or refused: soon, in a line, within its own memory."""

import json
import time
from pathlib import Path

import pytest
import torch
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from safetensors.torch import load, save

from sshr.errors import CheckpointError
from sshr.network.config import config_to_dict
from sshr.network.model import SshrNet
from sshr.zoo.checkpoint import FORMAT, LoadedModel, _digest, load_checkpoint

HUGE = (10**4, 10**9, 2**40, 2**62, 10**30)
values = (
    st.none()
    | st.booleans()
    | st.sampled_from([*HUGE, -1, 0, 1e300, float("nan"), float("inf"), "", "haar:9", [], {}])
    | st.integers(-4, 200)
    | st.floats()
    | st.text(max_size=8)
)


def outcome(path: Path) -> LoadedModel | None:
    started, found, said = time.thread_time(), None, ""  # whatever else the machine does meanwhile
    try:
        found = load_checkpoint(path, torch.device("cpu"))
    except CheckpointError as error:
        said = str(error)
    assert "\n" not in said
    assert time.thread_time() - started < 10
    return found


def test_changed_bytes(saved: Path, fuzz) -> None:
    whole = saved.read_bytes()
    head = 8 + int.from_bytes(whole[:8], "little")

    def target(drawn: DataObject) -> None:
        changed = bytearray(whole)
        last = drawn.draw(st.sampled_from([16, head, len(whole)]))
        for at in drawn.draw(st.lists(st.integers(0, last - 1), min_size=1, max_size=4)):
            changed[at] = drawn.draw(st.integers(0, 255))
        saved.write_bytes(changed[: drawn.draw(st.just(None) | st.integers(0, len(whole)))])
        assert outcome(saved) is None or saved.read_bytes()[head:] == whole[head:]

    fuzz(target, 50)


def test_configurations_under_a_digest_that_fits(net: SshrNet, saved: Path, fuzz) -> None:
    tensors = load(saved.read_bytes())
    config = config_to_dict(net.config)

    def target(drawn: DataObject) -> None:
        changed = json.loads(json.dumps(config))
        for _ in range(drawn.draw(st.integers(1, 2))):
            part = changed
            while True:
                name = drawn.draw(st.sampled_from(sorted(part)))
                if not isinstance(part[name], dict) or drawn.draw(st.integers(0, 3)) == 0:
                    break
                part = part[name]
            part[name] = drawn.draw(values)
            if not changed.get("printed") or not changed.get("exact"):
                break
        text = json.dumps(changed)
        told = {"format": FORMAT, "config": text, "digest": _digest(text, tensors).hex()}
        saved.write_bytes(save(tensors, told))
        outcome(saved)

    fuzz(target, 60)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "1", "null", '{"start": []}', "{", ""])
def test_configurations_that_are_none(saved: Path, text: str) -> None:
    tensors = load(saved.read_bytes())
    told = {"format": FORMAT, "config": text, "digest": _digest(text, tensors).hex()}
    saved.write_bytes(save(tensors, told))
    assert outcome(saved) is None


@pytest.mark.parametrize("value", HUGE)
def test_sizes_beyond_what_the_file_holds(net: SshrNet, saved: Path, value: int) -> None:
    tensors = load(saved.read_bytes())
    places = [("printed", "steps"), ("printed", "diffusion", "filters")]
    if net.is_exact:
        places = [("exact", "companding", "width"), ("exact", "rings")]
    for path in [("key_dim",), *places]:
        config = json.loads(json.dumps(config_to_dict(net.config)))
        part = config
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        text = json.dumps(config)
        told = {"format": FORMAT, "config": text, "digest": _digest(text, tensors).hex()}
        saved.write_bytes(save(tensors, told))
        assert outcome(saved) is None


def test_weights_that_are_not_finite(saved: Path) -> None:
    tensors = load(saved.read_bytes())
    name = next(name for name, value in tensors.items() if value.is_floating_point())
    tensors[name].view(-1)[0] = float("nan")
    from safetensors import safe_open

    with safe_open(saved, "pt") as file:
        told = file.metadata()
    told["digest"] = _digest(told["config"], tensors).hex()
    saved.write_bytes(save(tensors, told))
    with pytest.raises(CheckpointError, match="not finite"):
        load_checkpoint(saved, torch.device("cpu"))
