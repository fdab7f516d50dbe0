"""What the options of the sealed transport may say."""

from typing import Any

import pytest

from sshr.errors import UsageError
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.options import SealedOptions


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"noise": "loud"}, "uniform, texture, adaptive, camera"),
        ({"quality": "best"}, "auto, lossless"),
        ({"quality": 200.0}, "20 to 70"),
        ({"stego_psnr": 10.0}, "32 to 80"),
    ],
)
def test_nonsense_is_refused(request_: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        SealedOptions(**request_)


def test_defaults() -> None:
    own = SealedOptions()
    assert (own.noise, own.quality, own.stego_psnr, own.ecc) == ("adaptive", "auto", None, False)
    assert own.kind_of_noise is Noise.ADAPTIVE


@pytest.mark.parametrize(
    ("quality", "target"),
    [("auto", None), ("lossless", None), ("40", 40.0), (20, 20.0), (70.0, 70.0), ("4.5e1", 45.0)],
)
def test_quality_in_words_and_numbers(quality: str | float, target: float | None) -> None:
    assert SealedOptions(quality=quality).target_psnr == target


@pytest.mark.parametrize("quality", ["nan", "inf", "-inf", "19.9", 70.1, "", "40 dB"])
def test_quality_that_is_none(quality: str | float) -> None:
    with pytest.raises(UsageError, match=r"outside 20 to 70|is not auto, lossless or a number"):
        SealedOptions(quality=quality)


@pytest.mark.parametrize("psnr", [float("nan"), float("inf"), 31.9, 80.1])
def test_stego_psnr_out_of_range(psnr: float) -> None:
    with pytest.raises(UsageError, match="outside 32 to 80"):
        SealedOptions(stego_psnr=psnr)
