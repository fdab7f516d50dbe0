"""CRoSS (Yu et al., NeurIPS 2023) as a method: no training, two prompts, Stable Diffusion.

The secret's latent is inverted to noise under the private prompt, and a stego is generated from
that noise under the public one; the receiver goes the same way back. The published method has
prompts that describe secret and stego. Pairs of pictures have none unless their list says so: then
the private prompt is made of words that follow from the key, and the public one is the same for
all. It works at the pictures' own size, and does not look at the reference.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from sshr.crypto.keys import derive
from sshr.errors import CheckpointError
from sshr.evaluation.methods.ddim import invert, sample
from sshr.evaluation.methods.method import MethodEntry, Prompts, Samples
from sshr.evaluation.methods.stable_diffusion import Diffuser, cut_off, identity, open_pipeline
from sshr.imaging.depth import as_levels
from sshr.types import Rgb8
from sshr.zoo.registry import pick_device

STEPS = 50
PUBLIC = "a photograph"

_WORDS = 8
_NEEDED = "weights needed: --method cross:FOLDER, Stable Diffusion 1.5 in diffusers' form"


@dataclass(frozen=True)
class Cross:
    """The method; see `Method` and `Promptable`."""

    diffuser: Diffuser
    steps: int = STEPS
    prompts: Prompts | None = None

    def with_prompts(self, prompts: Prompts) -> "Cross":
        """See `Promptable`; they are the key then, and the other key does nothing."""
        return replace(self, prompts=prompts)

    @torch.inference_mode()
    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos as uint8, cut off as published, not rounded."""
        prompts = self._prompts(key)
        held = self._turn(self.diffuser.encode(secrets), prompts.private, prompts.public)
        return cut_off(self.diffuser.decode(held, secrets))

    @torch.inference_mode()
    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets in levels."""
        prompts = self._prompts(key)
        latent = self.diffuser.encode(as_levels(stegos))
        held = self._turn(latent, prompts.public, prompts.private)
        return self.diffuser.decode(held, references) * 255

    def _prompts(self, key: bytes) -> Prompts:
        return self.prompts or Prompts(private_prompt(key), PUBLIC)

    def _turn(self, latent: Tensor, source: str, target: str) -> Tensor:
        """To noise under one prompt, and to a picture under the other."""
        one, alphas = self.diffuser, self.diffuser.alphas.to(latent)
        noise = invert(latent, one.noise(one.words(source)), alphas, self.steps)
        return sample(noise, one.noise(one.words(target)), alphas, self.steps)


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
    diffuser = open_pipeline(Path(value), "cross", pick_device(device))
    return MethodEntry("cross", Cross(diffuser), identity(Path(value)))
