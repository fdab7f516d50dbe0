"""What a conceal would give, told without keys and before anything is concealed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import ImageError, TooSmallError, UsageError

Rgb8 = NDArray[np.uint8]


def test_default_transport_is_that_of_the_secret(secret: Rgb8, reference: Rgb8) -> None:
    told = [sshr.forecast(own, reference) for own in (None, secret, sshr.Blob(b"x"))]
    assert [each.transport for each in told] == ["analog", "analog", "sealed"]
    assert [each.secret for each in told] == [None, (128, 128), None]
    assert [each.exact for each in told] == [False, False, True]
    assert all(each.stego == (128, 128) for each in told)


def test_paths_and_arrays_mean_the_same(secret: Rgb8, reference: Rgb8, tmp_path: Path) -> None:
    Image.fromarray(secret).save(tmp_path / "s.png")
    Image.fromarray(reference).save(tmp_path / "r.png")
    expected = sshr.forecast(secret, reference, "sealed")
    named = sshr.forecast(tmp_path / "s.png", str(tmp_path / "r.png"), "sealed")
    # The file's name may make it a class of lengths longer, which is at most 12 %.
    assert expected.payload_bytes <= named.payload_bytes <= 1.13 * expected.payload_bytes
    assert named.capacity == expected.capacity


def test_options_are_those_of_the_transport(reference: Rgb8) -> None:
    with pytest.raises(UsageError, match="the analog transport has no option 'ecc'"):
        sshr.forecast(None, reference, ecc=True)
    with pytest.raises(UsageError, match="the analog transport carries no text"):
        sshr.forecast(sshr.Blob.text("x"), reference, "analog")
    with pytest.raises(ImageError, match="transparent"):
        sshr.forecast(Image.new("RGBA", (64, 64)), reference, alpha="refuse")


@pytest.mark.parametrize("transport", ["analog", "sealed"])
def test_recipients_and_signature_count(
    photo: Callable[..., Rgb8], reference: Rgb8, transport: str
) -> None:
    sizes = [
        sshr.forecast(None, reference, transport, recipients=count, signed=signed).header_bytes
        for count, signed in ((1, False), (2, False), (3, False), (4, False), (1, True))
    ]
    assert sizes[0] < sizes[1] < sizes[2] == sizes[3]  # in powers of two
    assert sizes[4] == sizes[0] + 96
    with pytest.raises(TooSmallError, match=r"take one of at least \d+x\d+ px"):
        sshr.forecast(None, photo("parrots", 64, 64), transport, recipients=16, signed=True)
