"""CRoSS on parts that stand for Stable Diffusion's, and on a tiny random pipeline of diffusers."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace as Part
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.errors import CheckpointError, UsageError
from sshr.evaluation.methods.cross import Cross, cross, private_prompt
from sshr.evaluation.methods.method import Prompts
from sshr.evaluation.methods.stable_diffusion import Diffuser
from sshr.metrics import psnr

KEY, OTHER = bytes(range(32)), bytes(32)
HAS_DIFFUSERS = find_spec("diffusers") is not None and find_spec("transformers") is not None


def tokens(text: str, **how: Any) -> Part:
    codes = [ord(c) for c in text][: how["max_length"]]
    return Part(input_ids=torch.tensor([codes + [0] * (how["max_length"] - len(codes))]))


tokens.model_max_length = 40  # type: ignore[attr-defined]


def texts(ids: Tensor) -> list[Tensor]:
    return [torch.cos(ids[..., None] * torch.arange(1, 5))]


def unet(latent: Tensor, time: int, encoder_hidden_states: Tensor) -> Part:
    """Noise that depends on the latent a little, and on the prompt."""
    wave = torch.linspace(0, 6, latent.shape[-1])
    pattern = torch.sin(wave * encoder_hidden_states.sum((1, 2))[:, None] / 4)
    return Part(sample=0.004 * pattern[:, None, None] + 0.001 * torch.tanh(latent))


def parts() -> Part:
    def encode(image: Tensor) -> Part:
        return Part(latent_dist=Part(mean=F.pixel_unshuffle(image, 8) / 2))

    def decode(latent: Tensor) -> Part:
        return Part(sample=F.pixel_shuffle(latent * 2, 8))

    vae = Part(config=Part(scaling_factor=0.18215), encode=encode, decode=decode)
    alphas = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2, 0)
    return Part(
        vae=vae,
        unet=unet,
        tokenizer=tokens,
        text_encoder=texts,
        scheduler=Part(alphas_cumprod=alphas),
        device=torch.device("cpu"),
    )


def pictures() -> tuple[Any, Any]:
    rows, columns = np.mgrid[:48, :80]
    secret = np.stack([100 + rows, 60 + columns, 150 - rows], -1).astype(np.uint8)[None]
    return secret, np.full_like(secret, 90)


def test_the_right_prompt_reveals_and_another_does_not() -> None:
    method, (secret, reference) = Cross(Diffuser(parts()), steps=20), pictures()
    stego = method.conceal(secret, reference, KEY)
    assert stego.dtype == np.uint8
    assert stego.shape == reference.shape
    assert np.array_equal(method.conceal(secret, reference, KEY), stego)
    assert not np.array_equal(method.conceal(secret, reference, OTHER), stego)
    found = [
        psnr(method.reveal(stego, reference, key).round().astype(np.uint8)[0], secret[0])
        for key in (KEY, OTHER)
    ]
    assert found[0] > found[1] + 6


def test_prompts_of_a_pair_are_the_key() -> None:
    secret, reference = pictures()
    plain = Cross(Diffuser(parts()), steps=20)
    told, other = (plain.with_prompts(Prompts(text, "a lake")) for text in ("a cat", "two dogs"))
    stego = told.conceal(secret, reference, KEY)
    assert np.array_equal(told.conceal(secret, reference, OTHER), stego)
    assert not np.array_equal(plain.conceal(secret, reference, KEY), stego)
    found = [
        psnr(one.reveal(stego, reference, KEY).round().astype(np.uint8)[0], secret[0])
        for one in (told, other)
    ]
    assert found[0] > found[1] + 3


def test_the_private_prompt_follows_from_the_key() -> None:
    assert private_prompt(KEY) == private_prompt(KEY) != private_prompt(OTHER)
    assert len(private_prompt(KEY).split()) == 8


def test_without_weights_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cross: weights needed: --method cross:FOLDER"):
        cross("", "cpu")
    if HAS_DIFFUSERS:
        with pytest.raises(CheckpointError, match="cannot be loaded"):
            cross(str(tmp_path), "cpu")
    else:
        with pytest.raises(UsageError, match=r"pip install 'sshr\[rivals\]'"):
            cross(str(tmp_path), "cpu")


@pytest.mark.skipif(not HAS_DIFFUSERS, reason="extra `rivals` is not installed")
def test_a_tiny_random_pipeline_goes_all_the_way(
    tmp_path: Path, tiny_pipeline: Callable[[Path], None]
) -> None:
    tiny_pipeline(tmp_path)
    entry = cross(str(tmp_path), "cpu")
    assert (entry.name, len(entry.identity)) == ("cross", 16)
    method = Cross(entry.method.diffuser, steps=10)  # type: ignore[attr-defined]
    secret, reference = pictures()
    stego = method.conceal(secret, reference, KEY)
    assert stego.shape == reference.shape
    assert stego.std() > 0
    assert np.array_equal(method.conceal(secret, reference, KEY), stego)
    assert not np.array_equal(method.conceal(secret, reference, OTHER), stego)
    revealed = method.reveal(stego, reference, KEY)
    assert revealed.shape == secret.shape
    assert np.isfinite(revealed).all()
    # There and back under one prompt is nearly the identity where the noise is small.
    with torch.inference_mode():
        for parameter in method.diffuser.pipeline.unet.conv_out.parameters():
            parameter.mul_(1e-3)
        latent = method.diffuser.encode(secret)
        again = method._turn(latent, "one", "one")
        assert float((again - latent).abs().mean()) < 0.3 * float(latent.abs().mean())
