"""The secret as it is seen: transparent parts laid on white, or refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sshr.errors import ImageError, UsageError
from sshr.imaging.reading import Picture
from sshr.imaging.secret import as_secret, opaque, read_secret


@given(data=st.data())
def test_transparent_parts_lie_on_white(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 1 << 30))
    rng = np.random.default_rng(seed)
    height = data.draw(st.sampled_from([64, 255, 257]))
    rgb = rng.integers(0, 256, (height, 64, 3), dtype=np.uint8)
    alpha = rng.choice(np.array([0, 1, 127, 254, 255], np.uint8), (height, 64))
    laid = opaque(Picture(rgb, False, "x", alpha=alpha))
    exact = (rgb * (alpha[..., None] / 255) + 255 * (1 - alpha[..., None] / 255)).astype(float)
    assert np.abs(laid.rgb - exact).max() <= 0.5 + 1e-9
    assert laid.alpha is None
    assert laid.notes == ("its transparent parts were laid on white",)


def test_alpha_of_the_secret(tmp_path: Path, picture: Image.Image) -> None:
    image = picture.convert("RGBA")
    image.putpixel((3, 5), (0, 0, 0, 0))
    image.save(tmp_path / "a.png")
    assert tuple(read_secret(tmp_path / "a.png").rgb[5, 3]) == (255, 255, 255)
    with pytest.raises(ImageError, match="has transparent pixels"):
        read_secret(tmp_path / "a.png", "refuse")
    with pytest.raises(UsageError, match="composite or refuse"):
        as_secret(tmp_path / "a.png", "ignore")  # type: ignore[arg-type]
    picture.save(tmp_path / "b.png")
    assert np.array_equal(as_secret(tmp_path / "b.png", "refuse").rgb, np.asarray(picture))
    assert np.array_equal(as_secret(np.asarray(picture)).rgb, np.asarray(picture))
