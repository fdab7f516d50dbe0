"""DiffStega (Yang et al., IJCAI 2024) as a method: coupled diffusion, a password, a reference.

The secret's latent is inverted to noise (EDICT) by one network, a share of the noise changes its
sign where the password says so, and a second network generates the stego from it under a public
prompt and an image prompt, the reference (IP-Adapter). The receiver does the same backwards; his
coupled latents are the stego's latent twice, so the inversion is not exact. As published: 50 steps
of which the last 60 % are taken, one element of 20 flips, guidance 1.

What differs: the password is the pair's key, and the flips are drawn on the CPU, so that they are
the same everywhere; the reference is the pair's, where the published program generates one from
password and prompt (`benchmarks/unistega.py` does that, with ControlNet or without).
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from sshr.crypto.keys import derive
from sshr.errors import CheckpointError
from sshr.evaluation.methods.ddim import Noise
from sshr.evaluation.methods.edict import Coupled, generate, invert
from sshr.evaluation.methods.method import MethodEntry, Prompts, Samples
from sshr.evaluation.methods.stable_diffusion import Diffuser, cut_off, identity, open_pipeline
from sshr.files.names import reason, shown
from sshr.imaging.depth import as_levels
from sshr.types import Rgb8
from sshr.zoo.registry import pick_device

STEPS, STRENGTH, ONE_IN = 50, 0.6, 20
PLAIN = Prompts("", "a photograph")

SECOND, ADAPTER = "second", "ip_adapter"
_NEEDED = (
    "weights needed: --method diffstega:FOLDER, Stable Diffusion 1.5 in diffusers' form, in it "
    f"{ADAPTER}/ with IP-Adapter-Plus and its image_encoder/, and {SECOND}/ with another pipeline "
    "if there is one"
)


@dataclass(frozen=True)
class DiffStega:
    """The method; see `Method` and `Promptable`.

    Attributes:
        first: inverts and reveals the secret.
        second: makes the stego; its pipeline has an IP-Adapter.
    """

    first: Diffuser
    second: Diffuser
    steps: int = STEPS
    prompts: Prompts = PLAIN

    def with_prompts(self, prompts: Prompts) -> "DiffStega":
        """See `Promptable`."""
        return replace(self, prompts=prompts)

    @torch.inference_mode()
    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos as uint8, cut off as published, not rounded."""
        pair = self._inverted(self.first.encode(secrets), self._private())
        pair = self._generated(flipped(pair, key), self._public(references))
        return cut_off(self.second.decode(pair[0], secrets))

    @torch.inference_mode()
    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets in levels."""
        latent = self.second.encode(as_levels(stegos))
        pair = flipped(self._inverted(latent, self._public(references)), key)
        return self.first.decode(self._generated(pair, self._private())[0], references) * 255

    def _inverted(self, latent: Tensor, noise: Noise) -> Coupled:
        alphas = self.first.alphas.to(latent)
        return invert((latent, latent), noise, alphas, self.steps, STRENGTH)

    def _generated(self, pair: Coupled, noise: Noise) -> Coupled:
        return generate(pair, noise, self.first.alphas.to(pair[0]), self.steps, STRENGTH)

    def _private(self) -> Noise:
        return self.first.noise(self.first.words(self.prompts.private))

    def _public(self, references: Rgb8) -> Noise:
        """Under the public prompt, which the first network reads, and the reference."""
        pipe = self.second.pipeline
        seen: Any = pipe.prepare_ip_adapter_image_embeds(
            [[Image.fromarray(one) for one in references]], None, pipe.device, 1, False
        )
        words = self.first.words(self.prompts.public)
        return self.second.noise(words, {"added_cond_kwargs": {"image_embeds": seen}})


def flipped(pair: Coupled, key: bytes) -> Coupled:
    """Both latents with another sign at the places that the key names, the same in both."""
    seed = int.from_bytes(derive(key, b"diffstega/flips")[:8], "big") >> 1
    drawn = torch.randint(
        0, ONE_IN, pair[0].shape, generator=torch.Generator().manual_seed(seed)
    ).to(pair[0].device)
    first, second = (torch.where(drawn == 1, -one, one) for one in pair)
    return first, second


def diffstega(value: str, device: str) -> MethodEntry:
    """The method with what lies in the folder `value`.

    Raises:
        UsageError: diffusers is not installed.
        CheckpointError: no folder is named, or something is missing in it.
        DeviceError: see `pick_device`.
    """
    if not value:
        raise CheckpointError(f"diffstega: {_NEEDED}")
    folder, place = Path(value), pick_device(device)
    other = folder / SECOND
    first = open_pipeline(folder, "diffstega", place)
    second = open_pipeline(other if other.is_dir() else folder, "diffstega", place)
    weights = sorted((folder / ADAPTER).glob("*.safetensors"))
    if not weights:
        raise CheckpointError(f"{shown(folder)}: {_NEEDED}")
    try:
        second.pipeline.load_ip_adapter(
            *(str(folder), ADAPTER, weights[0].name, "image_encoder"), local_files_only=True
        )
    except Exception as error:
        # The boundary: its reader raises nearly anything on foreign folders.
        raise CheckpointError(f"{shown(weights[0])}: cannot be loaded ({reason(error)})") from None
    second.pipeline.to(place)
    second.pipeline.set_ip_adapter_scale(1.0)
    return MethodEntry("diffstega", DiffStega(first, second), identity(folder))
