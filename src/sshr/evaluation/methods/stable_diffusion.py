"""The parts of a Stable Diffusion pipeline (of diffusers) that methods use one by one."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.errors import CheckpointError, UsageError
from sshr.evaluation.methods.ddim import Noise
from sshr.evaluation.methods.method import Samples
from sshr.files.names import reason, shown
from sshr.types import Rgb8

MULTIPLE = 64
"""Of which the sides must be: eight for the latent, and eight for the U-Net's levels."""

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Diffuser:
    """Pictures to latents and back, and the noise that the U-Net sees in them.

    Attributes:
        pipeline: of diffusers, or what has its parts.
    """

    pipeline: Any

    @property
    def alphas(self) -> Tensor:
        """(T,) cumulative products of the noise schedule."""
        found: Tensor = self.pipeline.scheduler.alphas_cumprod.to(self.pipeline.device)
        return found

    def encode(self, pictures: Rgb8) -> Tensor:
        """The mean of the latents, scaled; (N, 4, H / 8, W / 8), padded to whole multiples."""
        image = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
        below, right = (-side % MULTIPLE for side in image.shape[-2:])
        image = F.pad(image, (0, right, 0, below), mode="replicate")
        vae = self.pipeline.vae
        latent: Tensor = vae.encode(image.to(self.pipeline.device)).latent_dist.mean
        return latent * vae.config.scaling_factor

    def decode(self, latent: Tensor, like: Rgb8) -> Samples:
        """Pictures (N, H, W, 3) on [0, 1] of the size of `like`."""
        vae = self.pipeline.vae
        image = vae.decode(latent / vae.config.scaling_factor).sample
        image = (image / 2 + 0.5).clamp(0, 1)[..., : like.shape[1], : like.shape[2]]
        found: Samples = image.permute(0, 2, 3, 1).float().cpu().numpy()
        return found

    def words(self, prompt: str) -> Tensor:
        """A prompt as the U-Net takes it, (1, L, D)."""
        pipe = self.pipeline
        length = pipe.tokenizer.model_max_length
        words = pipe.tokenizer(
            prompt, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        found: Tensor = pipe.text_encoder(words.input_ids.to(pipe.device))[0]
        return found

    def noise(self, words: Tensor, conditions: Mapping[str, Any] = _NOTHING) -> Noise:
        """Under a prompt. Guidance is 1, so the conditional prediction is all there is.

        Args:
            conditions: what else the U-Net is given.
        """

        def seen(latent: Tensor, time: int) -> Tensor:
            text = words.expand(len(latent), -1, -1)
            found: Tensor = self.pipeline.unet(
                latent, time, encoder_hidden_states=text, **conditions
            ).sample
            return found

        return seen


def cut_off(pictures: Samples) -> Rgb8:
    """[0, 1] to uint8 as the published programs do it, without rounding."""
    found: Rgb8 = (pictures * 255).astype(np.uint8)
    return found


def open_pipeline(folder: Path, who: str, device: torch.device) -> Diffuser:
    """The pipeline in a folder, in diffusers' form; safetensors alone.

    Raises:
        UsageError: diffusers is not installed.
        CheckpointError: there is no such pipeline.
    """
    if find_spec("diffusers") is None or find_spec("transformers") is None:
        raise UsageError(f"{who} needs more packages: python -m pip install 'sshr[rivals]'")
    from diffusers import StableDiffusionPipeline

    try:
        pipeline = StableDiffusionPipeline.from_pretrained(
            *(str(folder),), local_files_only=True, use_safetensors=True, safety_checker=None
        )
    except Exception as error:
        # The boundary: its reader raises nearly anything on foreign folders.
        raise CheckpointError(f"{shown(folder)}: cannot be loaded ({reason(error)})") from None
    return Diffuser(pipeline.to(device))


def identity(folder: Path) -> str:
    """Of all weights in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
