"""Pictures to latents and back on parts that stand for a pipeline's."""

from pathlib import Path
from types import SimpleNamespace as Part

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.evaluation.methods.stable_diffusion import Diffuser, cut_off, identity


def exact() -> Diffuser:
    """Its autoencoder loses nothing."""

    def encode(image: Tensor) -> Part:
        return Part(latent_dist=Part(mean=F.pixel_unshuffle(image, 8)))

    def decode(latent: Tensor) -> Part:
        return Part(sample=F.pixel_shuffle(latent, 8))

    vae = Part(config=Part(scaling_factor=0.18215), encode=encode, decode=decode)
    return Diffuser(Part(vae=vae, device=torch.device("cpu")))


def test_sides_are_padded_to_whole_latents_and_cut_again() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (2, 72, 100, 3), np.uint8)
    latent = exact().encode(pictures)
    assert latent.shape == (2, 192, 16, 16)
    again = exact().decode(latent, pictures)
    assert again.shape == pictures.shape
    assert np.array_equal((again * 255).round().astype(np.uint8), pictures)


def test_levels_are_cut_off_not_rounded() -> None:
    assert cut_off(np.array([0.0, 0.9 / 255, 254.99 / 255, 1.0])).tolist() == [0, 0, 254, 255]


def test_the_identity_is_that_of_all_weights(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "a.safetensors").write_bytes(b"1")
    one = identity(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    assert identity(tmp_path) == one
    (tmp_path / "unet" / "a.safetensors").write_bytes(b"2")
    assert identity(tmp_path) != one
