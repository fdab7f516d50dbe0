"""What the user is told of a secret, its fit and the reference."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.imaging.fitting import FitMode
from sshr.imaging.reading import as_picture
from sshr.transports.cover import (
    Cover,
    plan_fit,
)
from sshr.transports.notes import notes_on, notes_on_reference

Photo = Callable[..., NDArray[np.uint8]]


@pytest.mark.parametrize(
    ("secret", "shown", "fit", "notes"),
    [
        ((128, 192), (128, 192), "contain", []),
        ((192, 128), (128, 192), "contain", ["turned by a quarter for the reference's carrier"]),
        ((200, 128), (128, 192), "cover", ["turned by a quarter and resized to the reference's"]),
        ((192, 128), (128, 192), "stretch", ["(128x192) was resized to the reference's carrier"]),
        ((64, 2000), (256, 256), "contain", ["was resized", "warning: only 256x8 of the secret's"]),
        ((2000, 64), (128, 256), "contain", ["was turned", "8x256 of the secret's 64x2000 pixels"]),
        ((300, 300), (160, 160), "contain", ["was resized"]),
    ],
)
def test_notes(
    secret: tuple[int, int], shown: tuple[int, int], fit: FitMode, notes: list[str]
) -> None:
    rng = np.random.default_rng(0)
    pictures = [as_picture(rng.integers(0, 256, (*size, 3), np.uint8)) for size in (secret, shown)]
    found = notes_on(*pictures, plan_fit(pictures[0], Cover.of(pictures[1]), fit))
    assert len(found) == len(notes)
    assert all(words in note for words, note in zip(notes, found, strict=True))


def test_notes_on_a_reference(photo: Photo) -> None:
    plain = as_picture(photo("sailboats"))
    assert notes_on_reference(plain) == ()
    cut = replace(plain, notes=("its samples were cut down",), inexact="JPEG")
    first, second = notes_on_reference(cut)
    assert first == "reference: its samples were cut down"
    assert "another program may decode the reference (JPEG) a little differently" in second
    grey = as_picture(photo("sailboats", 100, 128)[:, :, 1].copy())
    assert "under 96x128 px, so the stego has colour noise" in " ".join(notes_on_reference(grey))
    large = as_picture(photo("sailboats", 128, 128)[:, :, 1].copy())
    assert notes_on_reference(large) == ()


def test_squeezed_colours_are_told(photo: Photo) -> None:
    secret = as_picture(photo("parrots", 192, 256))
    cover = Cover.of(as_picture(photo("sailboats", 192, 256)[:, :, 1].copy()))
    plan = plan_fit(secret, cover, "contain")
    told = notes_on(secret, cover.picture, plan)
    height, width = plan.concealed
    assert any(f"was squeezed to {width}x{height}" in note for note in told)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rgb: np.full_like(rgb, 128), "(100 % flat)"),
        (lambda rgb: np.zeros_like(rgb), "(100 % flat, 100 % clipped)"),
        (lambda rgb: np.where(rgb > 100, 255, 0), "100 % clipped"),
        (lambda rgb: np.clip(rgb.astype(int) * 3, 0, 255), "% clipped"),
        (lambda rgb: np.where(np.arange(128)[:, None, None] < 50, 7, rgb), "% flat"),
        (lambda rgb: rgb, ""),
    ],
    ids=["grey", "black", "black and white", "overexposed", "much of it flat", "a photograph"],
)
def test_references_on_which_the_noise_shows(
    photo: Photo, change: Callable[[NDArray[np.uint8]], NDArray[Any]], words: str
) -> None:
    found = notes_on_reference(as_picture(change(photo("lighthouse")).astype(np.uint8)))
    assert len(found) == bool(words)
    for note in found:
        assert note.startswith("warning: the stego's noise shows on this reference (")
        assert words in note
