"""Photographs on disk, checked once, with the features that their keys are made from."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sshr.errors import ImageError, TrainingError
from sshr.files.names import shown
from sshr.files.temporary import whole_file
from sshr.imaging.reading import read_image
from sshr.network.hiding import PhotoFeatures

CACHE_BYTES = 2 << 30
Say = Callable[[str], None]


def read_photo(path: Path) -> Tensor:
    """(3, H, W) uint8, RGB, upright, as every picture is read; transparency is ignored.

    Raises:
        TrainingError: unreadable.
    """
    try:
        rgb = read_image(path).rgb
    except ImageError as error:
        raise TrainingError(str(error)) from None
    return torch.from_numpy(rgb).permute(2, 0, 1).contiguous()


@dataclass
class Photos:
    """The usable photographs of a run.

    Attributes:
        paths: in name order.
        features: (N, F) fp32, what the network asks of each whole photograph.
        cache: the decoded photographs, or None: each is read when it is needed.
    """

    paths: list[Path]
    features: Tensor
    cache: list[Tensor] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    def photo(self, index: int) -> Tensor:
        """(3, H, W) uint8."""
        return read_photo(self.paths[index]) if self.cache is None else self.cache[index]


def thinned(paths: Sequence[Path], limit: int | None) -> list[Path]:
    """At most `limit` of the paths, evenly spread."""
    if limit is None or len(paths) <= limit:
        return list(paths)
    return [paths[i * len(paths) // limit] for i in range(limit)]


@torch.no_grad()
def load_photos(
    paths: Sequence[Path],
    minimum: int,
    features: PhotoFeatures,
    cache: bool | None,
    known: Path | None,
    say: Say,
) -> Photos:
    """Check every file and compute its features, or take both from the file `known`.

    Args:
        minimum: pixels that both sides must have.
        cache: keep the decoded photographs; None: if they fit in CACHE_BYTES.
        known: where the result of an earlier call is kept; None: nowhere.
        say: is told which files are left out, and why.

    Raises:
        TrainingError: fewer than two usable photographs.
    """
    key = _fingerprint(paths, minimum, features)
    rows = _read_known(known, key)
    usable: list[Path] = []
    found: list[Tensor] = []
    kept: list[Tensor] = []
    held = 0
    for path in paths:
        if rows is not None and (str(path) not in rows or cache is False):
            if str(path) in rows:
                usable.append(path)
                found.append(rows[str(path)])
            continue
        try:
            photo = read_photo(path)
        except TrainingError as error:
            say(f"left out: {error}")
            continue
        height, width = photo.shape[1:]
        if min(height, width) < minimum:
            say(f"left out: {shown(path)}: is {width}x{height} px, a crop has {minimum}")
            continue
        usable.append(path)
        found.append(rows[str(path)] if rows is not None else _features(features, photo))
        held += photo.numel()
        if cache is None and held > CACHE_BYTES:
            cache = False
            kept.clear()
        if cache is not False:
            kept.append(photo)
    if len(usable) < 2:
        raise TrainingError(f"fewer than two usable photographs of at least {minimum} px")
    stacked = torch.stack(found).clone()
    if known is not None and rows is None:
        _write_known(known, key, usable, stacked)
    return Photos(usable, stacked, None if cache is False else kept)


def _features(features: PhotoFeatures, photo: Tensor) -> Tensor:
    place = features.mean.device
    return features.pooled(photo[None].to(place).float() / 255)[0].cpu()


def _fingerprint(paths: Sequence[Path], minimum: int, features: PhotoFeatures) -> str:
    digest = hashlib.sha256(f"{minimum}".encode())
    for path in paths:
        seen = path.stat()
        digest.update(f"{path}|{seen.st_size}|{seen.st_mtime_ns}".encode())
    for value in features.state_dict().values():
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _read_known(known: Path | None, key: str) -> dict[str, Tensor] | None:
    if known is None or not known.exists():
        return None
    held = torch.load(known, weights_only=True)
    if held["key"] != key:
        return None
    return dict(zip(held["paths"], held["features"], strict=True))


def _write_known(known: Path, key: str, paths: Sequence[Path], features: Tensor) -> None:
    held = {"key": key, "paths": [str(path) for path in paths], "features": features}
    with whole_file(known, force=True) as file:
        torch.save(held, file)
