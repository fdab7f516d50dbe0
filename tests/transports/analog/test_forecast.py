"""What the analog transport expects is what it does."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

import sshr
from sshr.header.drafts import Draft
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader
from sshr.header.writer import HeaderWriter
from sshr.transports.analog.engine import SCALE
from sshr.transports.analog.forecast import _SCALE_BYTES
from sshr.zoo.facts import read_facts


def measured(preset: str, figure: str) -> list[float] | None:
    """Lowest and highest mean of the sets that the packaged checkpoint was measured on."""
    scores = read_facts(preset).scores
    found = [score[figure] for score in scores.values()] if scores else []
    return [min(found), max(found)] if found else None


@pytest.mark.parametrize("preset", ["base", "paper"])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("size", [(128, 130), (350, 200)])
def test_it_is_what_conceal_does(
    photo: Callable[..., np.ndarray], preset: str, grey: bool, size: tuple[int, int]
) -> None:
    reference, secret = photo("red-barn", *size), photo("parrots", 140, 200)
    if grey:
        reference = reference[:, :, 1]
    planned = sshr.forecast(secret, reference, preset=preset)
    headers: list[OpenedHeader] = []
    scales: list[bytes] = []
    really = HeaderWriter.write

    def noting(self: HeaderWriter, draft: Draft, metadata: Metadata, ecc: bool) -> np.ndarray:
        written = really(self, draft, metadata, ecc)
        headers.append(self.reopen(written))
        scales.append(metadata.tile_scales)
        return written

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HeaderWriter, "write", noting)
        stego = sshr.conceal(secret, reference, sshr.Keys(reference_alone=True), preset=preset)
    (header,), (held,) = headers, scales
    assert planned.header_share == header.header.mean()
    bits = sum(len(part) for part in header.groups.parts)
    assert bits == 8 * planned.header_bytes
    each = 3 if header.header.size >= 3 * 180 * 180 else 1
    assert header.header.sum() == (bits - 64) * each + 4 * 64  # the seal has squares
    assert planned.tiles * read_facts(preset).scale_count * SCALE.itemsize == len(held)
    # So much of the samples may be a header: half.
    assert planned.header_capacity == header.header.size // (16 * each)
    assert planned.stego == (stego.image.shape[1], stego.image.shape[0])
    assert planned.greyscale == (stego.image.ndim == 2) == grey
    assert planned.notes == stego.notes
    expected = None if grey else measured(preset, "stego_psnr")
    assert planned.stego_psnr == (expected and tuple(expected))


def test_measured_sets_give_a_range(
    photo: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ({"stego_psnr": s, "revealed_psnr": r} for s, r in ((41.2, 50.5), (40.9, 51.0)))
    facts = dataclasses.replace(read_facts("base"), scores={"one": one, "other": other})
    monkeypatch.setattr("sshr.transports.analog.forecast.read_facts", lambda preset: facts)
    planned = sshr.forecast(photo("parrots"), photo("sailboats"))
    assert (planned.stego_psnr, planned.revealed_psnr) == ((40.9, 41.2), (50.5, 51.0))


def test_scales_take_what_they_take_in_the_engine() -> None:
    assert SCALE.itemsize == _SCALE_BYTES
