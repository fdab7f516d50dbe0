"""Check bytes undo a few changed samples, and nothing that has not been authenticated comes out."""

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sshr
from sshr.errors import DamagedError, NothingFoundError
from sshr.transports.sealed.repair import CHECK_BYTES, GROUPS, MOST_SAMPLES, check_bytes, repaired

Rgb8 = NDArray[np.uint8]
KEYS = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
DATA = bytes(range(256)) * 3


def changed(samples: Rgb8, places: list[int], by: int = 1) -> Rgb8:
    """A copy with these flat samples changed."""
    found = samples.copy()
    found.reshape(-1)[places] ^= np.uint8(by)
    return found


@given(
    size=st.integers(1, 300_000),
    places=st.lists(st.integers(0, 1 << 40), max_size=4, unique_by=lambda place: place % GROUPS),
    by=st.integers(1, 255),
)
@settings(max_examples=60)
def test_four_changes_anywhere_are_undone(size: int, places: list[int], by: int) -> None:
    samples = np.random.default_rng(size).integers(0, 256, size, np.uint8)
    apart = {place % size % GROUPS: place % size for place in places}
    assert len(check_bytes(samples)) == CHECK_BYTES
    found = repaired(changed(samples, list(apart.values()), by), check_bytes(samples))
    assert found is not None
    assert np.array_equal(found, samples)


def test_last_of_many_rows_is_found() -> None:
    samples = np.zeros(GROUPS * 255 * 3 + 5, np.uint8)
    places = [len(samples) - 1, GROUPS * 255 + 1, GROUPS * 254 + 2, 3]
    found = repaired(changed(samples, places, 200), check_bytes(samples))
    assert found is not None
    assert not found.any()


def test_too_many_changes_are_given_up_or_wrong() -> None:
    samples = np.random.default_rng(1).integers(0, 256, 50_000, np.uint8)
    found = repaired(changed(samples, list(range(0, 17 * 40, 17))), check_bytes(samples))
    assert found is None or not np.array_equal(found, samples)
    same_group = changed(samples, [7, 7 + GROUPS])  # their differences cancel in the first sum
    again = repaired(same_group, check_bytes(samples))
    assert again is None or not np.array_equal(again, samples)


def test_too_many_samples_are_refused() -> None:
    picture = np.broadcast_to(np.zeros(1, np.uint8), (MOST_SAMPLES + 1,))
    with pytest.raises(ValueError, match="too many"):
        check_bytes(picture)


@pytest.fixture(scope="module")
def stego(reference: Rgb8, drawing_from) -> Rgb8:
    with drawing_from("repair"):
        return seal(sshr.Blob(DATA, "a.bin"), reference, KEYS, ecc=True).image


def test_untouched_stego_is_intact(reference: Rgb8, stego: Rgb8) -> None:
    back = sshr.reveal(stego, reference, KEYS)
    assert (back.data, back.name, back.intact) == (DATA, "a.bin", True)


def test_one_change_at_any_place_is_undone(reference: Rgb8, stego: Rgb8) -> None:
    rng = np.random.default_rng(3)
    places = rng.choice(stego.size, 60, replace=False)
    for place, by in zip(places, rng.integers(1, 256, 60), strict=True):
        back = sshr.reveal(changed(stego, [place], int(by)), reference, KEYS)
        assert (back.data, back.intact) == (DATA, False)


def test_even_changes_of_the_header_are_undone(reference: Rgb8) -> None:
    """They leave its bits, and no MAC covers them."""
    made = seal(sshr.Blob(DATA), reference, KEYS, ecc=True)
    header = np.flatnonzero(made.header.reopen(made.image).header)
    for place in header[::300]:
        back = sshr.reveal(changed(made.image, [int(place)], 4), reference, KEYS)
        assert (back.data, back.intact) == (DATA, False)


def test_a_changed_pixel_is_undone(reference: Rgb8, stego: Rgb8) -> None:
    rng = np.random.default_rng(4)
    for _ in range(10):
        seen = stego.copy()
        row, column = rng.integers(0, stego.shape[0]), rng.integers(0, stego.shape[1])
        seen[row, column] = 255 - seen[row, column]
        assert sshr.reveal(seen, reference, KEYS).data == DATA


def test_most_stegos_survive_four_changed_samples(reference: Rgb8, stego: Rgb8) -> None:
    rng = np.random.default_rng(5)
    kept = 0
    for _ in range(30):
        try:
            seen = changed(stego, list(rng.choice(stego.size, 4, replace=False)), 3)
            kept += sshr.reveal(seen, reference, KEYS).data == DATA
        except (DamagedError, NothingFoundError):
            continue
    assert kept >= 24


def test_heavy_damage_gives_nothing(reference: Rgb8, stego: Rgb8) -> None:
    seen = changed(stego, list(range(0, stego.size, 50)), 1)
    with pytest.raises((DamagedError, NothingFoundError)):
        sshr.reveal(seen, reference, KEYS)


def test_changes_of_an_unprotected_stego_stay_fatal(reference: Rgb8) -> None:
    plain = seal(sshr.Blob(DATA), reference, KEYS).image
    rng = np.random.default_rng(6)
    for place in rng.choice(plain.size, 25, replace=False):
        with pytest.raises((DamagedError, NothingFoundError)):
            sshr.reveal(changed(plain, [place], 1), reference, KEYS)


def test_file_and_passphrase_go_with_it(reference: Rgb8, stego: Rgb8, tmp_path: Path) -> None:
    own = sshr.Keys(passphrase=b"a word")
    made = seal(sshr.Blob(DATA), reference, own, ecc=True)
    report = made.save(tmp_path / "s.png")
    assert report.exact
    assert made.check().exact
    seen = changed(made.image, [5], 1)
    assert sshr.reveal(seen, reference, own).data == DATA
    with pytest.raises(sshr.SshrError):
        sshr.reveal(seen, reference, sshr.Keys(passphrase=b"another"))
