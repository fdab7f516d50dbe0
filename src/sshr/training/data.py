"""Training crops from a folder of photographs, decoded once into memory."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from sshr.network.rsrk import AlexNetFeatures

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}


def load_photos(folder: Path, minimum: int) -> list[Tensor]:
    """All pictures below `folder` with both sides >= minimum: (3, H, W) uint8, RGB, by name.

    Raises:
        ValueError: fewer than two usable pictures.
    """
    photos = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES):
        with Image.open(path) as image:
            array = np.asarray(image.convert("RGB"))
        if min(array.shape[:2]) >= minimum:
            photos.append(torch.from_numpy(array.copy()).permute(2, 0, 1).contiguous())
    if len(photos) < 2:
        raise ValueError(f"{folder}: fewer than two pictures of at least {minimum} px")
    return photos


@torch.inference_mode()
def photo_features(features: AlexNetFeatures, photos: list[Tensor]) -> Tensor:
    """AlexNet features (N, 256) of whole photographs, as the keys use them."""
    return torch.cat([features.pooled(photo[None].float() / 255) for photo in photos])


class CropSampler:
    """Random square crops with random flips, seeded; returns images and their photo's index."""

    def __init__(self, photos: list[Tensor], size: int, seed: int) -> None:
        self.photos = photos
        self.size = size
        self.generator = torch.Generator().manual_seed(seed)

    def _integer(self, high: int) -> int:
        return int(torch.randint(0, high, (1,), generator=self.generator))

    def sample(self, count: int) -> tuple[Tensor, Tensor]:
        """(count, 3, size, size) fp32 in [0, 1] and (count,) int64 photo indices."""
        rounds = -(-count // len(self.photos))  # a photo comes again only after all the others
        orders = [torch.randperm(len(self.photos), generator=self.generator) for _ in range(rounds)]
        chosen = torch.cat(orders)[:count]
        crops = []
        for index in chosen.tolist():
            photo = self.photos[index]
            top = self._integer(photo.shape[1] - self.size + 1)
            left = self._integer(photo.shape[2] - self.size + 1)
            crop = photo[:, top : top + self.size, left : left + self.size]
            if self._integer(2):
                crop = crop.flip(-1)
            if self._integer(2):
                crop = crop.flip(-2)
            crops.append(crop)
        return torch.stack(crops).float() / 255, chosen
