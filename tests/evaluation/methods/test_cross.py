"""CRoSS on parts that stand for Stable Diffusion's, and on a tiny random pipeline of diffusers."""

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
    method, (secret, reference) = Cross(parts(), steps=20), pictures()
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
def test_a_tiny_random_pipeline_goes_all_the_way(tmp_path: Path) -> None:
    tiny_pipeline(tmp_path)
    entry = cross(str(tmp_path), "cpu")
    assert (entry.name, len(entry.identity)) == ("cross", 16)
    method = Cross(entry.method.pipeline, steps=10)  # type: ignore[attr-defined]
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
        for parameter in method.pipeline.unet.conv_out.parameters():
            parameter.mul_(1e-3)
        latent = method._encode(secret)
        again = method._turn(latent, "one", "one")
        assert float((again - latent).abs().mean()) < 0.3 * float(latent.abs().mean())


def tiny_pipeline(folder: Path) -> None:
    """Stable Diffusion's parts with random weights and few channels."""
    import json

    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline
    from diffusers import UNet2DConditionModel as Denoiser
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    words = folder / "words"
    words.mkdir()
    letters = [chr(c) for c in range(33, 127)]
    names = [*letters, *(f"{c}</w>" for c in letters), "<|startoftext|>", "<|endoftext|>"]
    (words / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    (words / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(words / "vocab.json"), str(words / "merges.txt"))
    tokenizer.model_max_length = 16
    text = CLIPTextConfig(
        vocab_size=len(names),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=16,
        bos_token_id=len(names) - 2,
        eos_token_id=len(names) - 1,
        pad_token_id=len(names) - 1,
    )
    down = ("CrossAttnDownBlock2D", "DownBlock2D")
    denoiser = Denoiser(
        block_out_channels=(8, 16),
        norm_num_groups=4,
        layers_per_block=1,
        cross_attention_dim=16,
        attention_head_dim=2,
        down_block_types=down,
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
    )
    schedule = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False
    )
    StableDiffusionPipeline(
        vae, CLIPTextModel(text), tokenizer, denoiser, schedule, None, None, None, False
    ).save_pretrained(folder)
