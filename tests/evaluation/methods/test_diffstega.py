"""DiffStega: flips by key, two networks, and a tiny random pipeline with an adapter all the way."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sshr.errors import CheckpointError, UsageError
from sshr.evaluation.methods.diffstega import ONE_IN, DiffStega, diffstega, flipped
from sshr.evaluation.methods.method import Prompts

KEY, OTHER = bytes(range(32)), bytes(32)
HAS_DIFFUSERS = find_spec("diffusers") is not None and find_spec("transformers") is not None


def pictures() -> tuple[Any, Any]:
    rows, columns = np.mgrid[:64, :64]
    secret = np.stack([100 + rows, 60 + columns, 150 - rows], -1).astype(np.uint8)[None]
    return secret, np.full_like(secret, 90)


def test_one_element_of_twenty_flips_in_both_and_the_key_takes_it_back() -> None:
    pair = torch.ones(1, 4, 64, 64), torch.full((1, 4, 64, 64), 2.0)
    first, second = flipped(pair, KEY)
    assert torch.equal(first * 2, second)
    # 819 of 16,384 are expected, 28 is one deviation.
    assert abs(int((first < 0).sum()) - first.numel() / ONE_IN) < 7 * 28
    assert all(torch.equal(*both) for both in zip(flipped((first, second), KEY), pair, strict=True))
    assert not torch.equal(flipped(pair, OTHER)[0], first)


def test_without_weights_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="diffstega: weights needed: --method diffstega:FOL"):
        diffstega("", "cpu")
    if HAS_DIFFUSERS:
        with pytest.raises(CheckpointError, match="cannot be loaded"):
            diffstega(str(tmp_path), "cpu")
    else:
        with pytest.raises(UsageError, match=r"pip install 'sshr\[rivals\]'"):
            diffstega(str(tmp_path), "cpu")


@pytest.mark.skipif(not HAS_DIFFUSERS, reason="extra `rivals` is not installed")
def test_a_tiny_random_pipeline_goes_all_the_way(
    tmp_path: Path, tiny_pipeline: Callable[[Path], None], tiny_adapter: Callable[[Path], None]
) -> None:
    tiny_pipeline(tmp_path)
    with pytest.raises(CheckpointError, match="weights needed"):
        diffstega(str(tmp_path), "cpu")
    (tmp_path / "ip_adapter").mkdir()
    tiny_adapter(tmp_path / "ip_adapter")
    (tmp_path / "second").mkdir()
    tiny_pipeline(tmp_path / "second")
    entry = diffstega(str(tmp_path), "cpu")
    assert (entry.name, len(entry.identity)) == ("diffstega", 16)
    found = entry.method
    assert isinstance(found, DiffStega)
    method = DiffStega(found.first, found.second, steps=10)
    secret, reference = pictures()
    stego = method.conceal(secret, reference, KEY)
    assert stego.shape == reference.shape
    assert stego.dtype == np.uint8
    assert stego.std() > 0
    assert np.array_equal(method.conceal(secret, reference, KEY), stego)
    changed = [
        method.conceal(secret, reference, OTHER),
        method.conceal(secret, reference[..., ::-1] // 2, KEY),
        method.with_prompts(Prompts("a", "b")).conceal(secret, reference, KEY),
    ]
    for other in changed:
        assert not np.array_equal(other, stego)
    revealed = [method.reveal(stego, reference, key) for key in (KEY, OTHER)]
    assert revealed[0].shape == secret.shape
    assert np.isfinite(revealed[0]).all()
    # Where the networks see little noise, what is left is two autoencoders and the flips.
    with torch.inference_mode():
        for one in (method.first, method.second):
            for parameter in one.pipeline.unet.conv_out.parameters():
                parameter.mul_(1e-3)
        latent = method.first.encode(secret)
        there = method._inverted(latent, method._public(reference))
        back = method._generated(there, method._public(reference))
    assert torch.allclose(back[0], latent, atol=1e-3)
