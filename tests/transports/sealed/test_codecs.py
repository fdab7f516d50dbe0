"""Pictures as compressed bytes: exact, the best that fits, or the smallest that is good enough."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.sealed import codecs as pictures
from sshr.transports.sealed.bands import in_bands
from sshr.transports.sealed.decoders import PictureCodec, decode

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]


def test_large_pictures_fill_their_room(photo: Photo) -> None:
    """A large picture, made so by the limit: the code fits, is nearly as large as it may be, and a
    quality in decibels is reached without much to spare."""
    picture = photo("parrots", 256, 288)
    whole = len(pictures.lossless(picture).data)
    capacity = whole // 2
    slow = pictures.fitting(picture, capacity, whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "_LARGE", 1000)
        fast = pictures.fitting(picture, capacity, whole)
        exact = pictures.reaching(picture, 45.0)
        assert pictures.fitting(picture, 20, whole) is None
    assert slow is not None
    assert fast is not None
    assert 0.98 * capacity < len(fast.data) <= capacity
    assert fast.psnr > slow.psnr - 0.5
    assert 45 <= exact.psnr < 46.5


def test_a_large_noisy_picture_is_coded_in_bands_where_most_of_it_fits(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are better than a transform there; with less room they are left aside."""
    clean = photo("parrots", 300, 128)
    grain = np.random.default_rng(1).normal(0, 4, clean.shape)
    picture = np.clip(np.rint(clean + grain), 0, 255).astype(np.uint8)
    monkeypatch.setattr(pictures, "_LARGE", 1000)
    whole = pictures.lossless_bytes(picture)
    found = {share: pictures.fitting(picture, int(share * whole), whole) for share in (0.5, 0.92)}
    little, most = found[0.5], found[0.92]
    assert little is not None
    assert most is not None
    assert little.codec is PictureCodec.OPPONENT_JPEG_2000
    assert most.codec is PictureCodec.BANDS
    assert len(most.data) <= 0.92 * whole
    other = pictures._transformed(picture, int(0.92 * whole))
    assert other is not None
    assert most.psnr > other.psnr
    everything = pictures.fitting(picture, 2 * whole, whole)
    assert everything is not None
    assert everything.picture is None
    assert np.array_equal(decode(PictureCodec.BANDS, everything.data, picture.shape), picture)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_colour_that_few_places_have_comes_through(
    photo: Photo, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but a part is grey, as of a page with a figure: the planes of colour are not starved."""
    picture = photo("parrots", 320, 288)
    own = picture[130:220, 60:160].copy()
    picture[:] = picture[..., 1:2]
    picture[130:220, 60:160] = own
    monkeypatch.setattr(pictures, "_LARGE", 1000)
    capacity = int(share * len(pictures.lossless(picture).data))
    found = pictures._transformed(picture, capacity)
    assert found is not None
    equal = pictures._bisected(
        (30.0, 90.0),
        lambda quality: pictures._within(pictures._opponent(picture, quality), capacity),
        up=True,
    )
    assert equal is not None
    assert 0.95 * capacity < len(found.data) <= capacity
    assert found.psnr > pictures.Coded(*equal, picture).psnr - 0.5


@pytest.mark.parametrize("room", [-500, 0, 12, 13])
def test_no_room_is_seen_at_once(photo: Photo, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_LARGE", 1000)
    assert pictures.fitting(photo("parrots", 96, 112), room, 10_000) is None


def test_where_all_that_is_looked_at_is_flat_the_rest_still_counts(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = photo("parrots", 320, 288)
    monkeypatch.setattr(pictures, "_LARGE", 1000)
    monkeypatch.setattr(pictures, "_sample", lambda _: np.full((64, 64, 3), 128, np.uint8))
    found = pictures.reaching(picture, 42.0)
    assert 42 <= found.psnr < 43.5


def noise(shape: tuple[int, ...]) -> Rgb8:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("grey", [False, True])
def test_lossless_is_exact(photo: Photo, grey: bool) -> None:
    for picture in (photo("parrots", 70, 90), noise((33, 64, 3))):
        own = np.ascontiguousarray(picture[..., 0]) if grey else picture
        coded = pictures.lossless(own)
        assert (coded.codec, coded.psnr) == (PictureCodec.JPEG_XL, float("inf"))
        assert np.array_equal(decode(coded.codec, coded.data, own.shape), own)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.8, 0.95])
def test_fitting_keeps_within_its_room(photo: Photo, grey: bool, share: float) -> None:
    picture = photo("parrots", 96, 112)
    own = np.ascontiguousarray(picture[..., 0]) if grey else picture
    whole = len(pictures.lossless(own).data)
    room = int(share * whole)
    coded = pictures.fitting(own, room, whole)
    assert coded is not None
    assert 0.8 * room < len(coded.data) <= room
    found = decode(coded.codec, coded.data, own.shape)
    assert found.shape == own.shape
    error = np.square(found.astype(float) - own).mean()
    assert coded.psnr == pytest.approx(10 * np.log10(255**2 / error))


def test_more_room_gives_more(photo: Photo) -> None:
    picture = photo("parrots", 96, 112)
    whole = len(pictures.lossless(picture).data)
    found = [pictures.fitting(picture, int(share * whole), whole) for share in (0.2, 0.5, 0.8)]
    figures = [coded.psnr for coded in found if coded]
    assert len(figures) == 3
    assert figures == sorted(figures)
    assert pictures.fitting(picture, 40, whole) is None


@pytest.mark.parametrize("psnr", [30.0, 42.0, 55.0])
def test_reaching_is_the_smallest_code_that_is_good_enough(photo: Photo, psnr: float) -> None:
    picture = photo("parrots", 96, 112)
    coded = pictures.reaching(picture, psnr)
    assert psnr <= coded.psnr < psnr + 2
    assert len(coded.data) < len(pictures.lossless(picture).data)


def test_reaching_takes_lossless_where_that_is_smaller() -> None:
    flat = np.zeros((70, 90, 3), np.uint8)
    assert pictures.reaching(flat, 69.0).psnr == float("inf")


@pytest.mark.parametrize("codec", list(PictureCodec))
def test_no_code_is_refused(codec: PictureCodec) -> None:
    rng = np.random.default_rng(2)
    for data in (b"", b"x", rng.bytes(100), b"\xff\xff\xff\x7f" + bytes(10)):
        with pytest.raises(ValueError, match="the concealed picture cannot be decoded"):
            decode(codec, data, (64, 64, 3))


@pytest.mark.parametrize("codec", list(PictureCodec))
def test_code_of_another_codec_or_cut_is_refused(photo: Photo, codec: PictureCodec) -> None:
    picture = photo("parrots", 64, 64)
    makers = {
        PictureCodec.JPEG_XL: pictures._jpeg_xl,
        PictureCodec.AVIF: pictures._avif,
        PictureCodec.OPPONENT_JPEG_2000: pictures._opponent,
    }
    if codec is PictureCodec.SPLIT:
        data = pictures._split_at(picture, 32, 62.0)
    elif codec is PictureCodec.BANDS:
        data = (in_bands(picture, 1 << 20) or (b"", True))[0]
    else:
        data = makers[codec](picture, 60.0)[1]
    assert decode(codec, data, (64, 64, 3)).shape == (64, 64, 3)
    with pytest.raises(ValueError, match="cannot be decoded"):
        decode(codec, data[:30], (64, 64, 3))
    for other in PictureCodec:
        if other is not codec:
            with pytest.raises(ValueError, match="cannot be decoded"):
                decode(other, data, (64, 64, 3))


@pytest.mark.parametrize("shape", [(9, 8, 3), (31, 40), (200, 5, 3), (1, 1, 3), (31, 64, 3)])
def test_pictures_too_small_for_jpeg_2000_are_coded_by_the_others(shape: tuple[int, ...]) -> None:
    picture = noise(shape)
    whole = len(pictures.lossless(picture).data)
    assert pictures.reaching(picture, 30.0).psnr >= 30
    for room in (whole // 2, whole - 1):
        fitted = pictures.fitting(picture, room, whole)
        assert fitted is None or len(fitted.data) <= room


def test_an_encoder_with_other_headers_is_left_aside(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*_: object) -> bytes:
        raise RuntimeError("this build of Pillow writes another JPEG 2000")

    monkeypatch.setattr("sshr.transports.sealed.planes.bare_plane", other)
    monkeypatch.setattr(pictures, "_is_readable", pictures._is_readable.__wrapped__)
    picture = photo("parrots", 96, 112)
    whole = len(pictures.lossless(picture).data)
    for share in (0.5, 0.9):
        coded = pictures.fitting(picture, int(share * whole), whole)
        assert coded is not None
        assert coded.codec in (PictureCodec.AVIF, PictureCodec.JPEG_XL)
    assert pictures.reaching(picture, 60.0).codec is PictureCodec.JPEG_XL
    monkeypatch.setattr(pictures, "_LARGE", 1000)
    coded = pictures.fitting(picture, whole // 3, whole)
    assert coded is not None
    assert coded.codec in (PictureCodec.AVIF, PictureCodec.JPEG_XL)
