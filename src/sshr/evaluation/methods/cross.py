"""CRoSS (Yu et al., NeurIPS 2023) as a method: no training, two prompts, Stable Diffusion.

The secret's latent is inverted to noise under the private prompt, and a stego is generated from
that noise under the public one; the receiver goes the same way back. The published method has
prompts that describe secret and stego. Pairs of pictures have none, so here the private prompt is
made of words that follow from the key, and the public one is the same for all. It works at the
pictures' own size, and does not look at the reference.
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.crypto.keys import derive
from sshr.errors import CheckpointError, UsageError
from sshr.evaluation.methods.ddim import Noise, invert, sample
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.files.names import reason, shown
from sshr.imaging.depth import as_levels
from sshr.types import Rgb8
from sshr.zoo.registry import pick_device

STEPS = 50
PUBLIC = "a photograph"
MULTIPLE = 64
"""Of which the sides must be: eight for the latent, and eight for the U-Net's levels."""

_WORDS = 8
_NEEDED = "weights needed: --method cross:FOLDER, Stable Diffusion 1.5 in diffusers' form"


@dataclass(frozen=True)
class Cross:
    """The method; see `Method`.

    Attributes:
        pipeline: of diffusers, whose parts are used one by one.
    """

    pipeline: Any
    steps: int = STEPS

    @torch.inference_mode()
    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos as uint8, cut off as published, not rounded."""
        latent = self._encode(secrets)
        held = self._turn(latent, private_prompt(key), PUBLIC)
        return (self._decode(held, secrets) * 255).astype(np.uint8)

    @torch.inference_mode()
    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets in levels."""
        held = self._turn(self._encode(as_levels(stegos)), PUBLIC, private_prompt(key))
        return self._decode(held, references) * 255

    def _turn(self, latent: Tensor, source: str, target: str) -> Tensor:
        """To noise under one prompt, and to a picture under the other."""
        alphas = self.pipeline.scheduler.alphas_cumprod.to(latent)
        noise = invert(latent, self._noise(source, len(latent)), alphas, self.steps)
        return sample(noise, self._noise(target, len(latent)), alphas, self.steps)

    def _noise(self, prompt: str, count: int) -> Noise:
        """Guidance is 1, so the conditional prediction is all there is."""
        pipe = self.pipeline
        length = pipe.tokenizer.model_max_length
        words = pipe.tokenizer(
            prompt, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
        )
        text = pipe.text_encoder(words.input_ids.to(pipe.device))[0].expand(count, -1, -1)

        def noise(latent: Tensor, time: int) -> Tensor:
            found: Tensor = pipe.unet(latent, time, encoder_hidden_states=text).sample
            return found

        return noise

    def _encode(self, pictures: Rgb8) -> Tensor:
        """The mean of the latents, scaled."""
        image = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
        below, right = (-side % MULTIPLE for side in image.shape[-2:])
        image = F.pad(image, (0, right, 0, below), mode="replicate")
        vae = self.pipeline.vae
        latent: Tensor = vae.encode(image.to(self.pipeline.device)).latent_dist.mean
        return latent * vae.config.scaling_factor

    def _decode(self, latent: Tensor, like: Rgb8) -> Samples:
        """Pictures on [0, 1] of the size of `like`."""
        vae = self.pipeline.vae
        image = vae.decode(latent / vae.config.scaling_factor).sample
        image = (image / 2 + 0.5).clamp(0, 1)[..., : like.shape[1], : like.shape[2]]
        found: Samples = image.permute(0, 2, 3, 1).float().cpu().numpy()
        return found


def private_prompt(key: bytes) -> str:
    """Words that follow from the key."""
    drawn = derive(key, b"cross/prompt").hex()
    return " ".join(drawn[4 * i : 4 * i + 4] for i in range(_WORDS))


def cross(value: str, device: str) -> MethodEntry:
    """The method with the pipeline in the folder `value`.

    Raises:
        UsageError: diffusers is not installed.
        CheckpointError: no folder is named, or none with such a pipeline.
        DeviceError: see `pick_device`.
    """
    if not value:
        raise CheckpointError(f"cross: {_NEEDED}")
    if find_spec("diffusers") is None or find_spec("transformers") is None:
        raise UsageError("cross needs more packages: python -m pip install 'sshr[rivals]'")
    from diffusers import StableDiffusionPipeline

    place = pick_device(device)
    try:
        pipeline = StableDiffusionPipeline.from_pretrained(
            *(value,), local_files_only=True, use_safetensors=True, safety_checker=None
        )
    except Exception as error:
        # The boundary: its reader raises nearly anything on foreign folders.
        raise CheckpointError(f"{shown(value)}: cannot be loaded ({reason(error)})") from None
    pipeline.to(place)
    return MethodEntry("cross", Cross(pipeline), _identity(Path(value)))


def _identity(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
