"""Tiny random parts that stand for Stable Diffusion's, where diffusers is installed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

_NORM = ("weight", "bias")


@pytest.fixture
def tiny_pipeline() -> Callable[[Path], None]:
    """Saves a pipeline with random weights and few channels into a folder."""
    return save_pipeline


@pytest.fixture
def tiny_adapter() -> Callable[[Path], None]:
    """Saves an IP-Adapter-Plus that fits that pipeline, and its image encoder."""
    return _adapter


def save_pipeline(folder: Path) -> None:
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


def _adapter(folder: Path) -> None:
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(1)
    seen = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
        projection_dim=16,
    )
    CLIPVisionModelWithProjection(seen).save_pretrained(folder / "image_encoder")
    # The file as it is published: a resampler of four layers, keys and values of each attention.
    width = 64
    sizes = {
        "latents": (1, 4, width),
        "proj_in.weight": (width, 16),
        "proj_in.bias": (width,),
        "proj_out.weight": (16, width),
        "proj_out.bias": (16,),
        "norm_out.weight": (16,),
        "norm_out.bias": (16,),
    }
    layer = {
        **{f"0.{norm}.{part}": (width,) for norm in ("norm1", "norm2") for part in _NORM},
        "0.to_q.weight": (width, width),
        "0.to_kv.weight": (2 * width, width),
        "0.to_out.weight": (width, width),
        **{f"1.0.{part}": (width,) for part in _NORM},
        "1.1.weight": (4 * width, width),
        "1.3.weight": (width, 4 * width),
    }
    for number in range(4):
        sizes |= {f"layers.{number}.{name}": size for name, size in layer.items()}
    held = {f"image_proj.{name}": torch.randn(size) / 8 for name, size in sizes.items()}
    for number, channels in ((1, 8), (3, 8), (5, 8), (7, 16)):
        for way in ("k", "v"):
            held[f"ip_adapter.{number}.to_{way}_ip.weight"] = torch.randn(channels, 16)
    save_file(held, folder / "ip-adapter-plus_sd15.safetensors")
