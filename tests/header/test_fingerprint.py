"""Six words for a reference: stable, sensitive to every sample, from the published list."""

import hashlib
from importlib.resources import files

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sshr.crypto.keys import derive
from sshr.header.fingerprint import fingerprint, in_words
from sshr.header.reference import reference_hash


def test_the_list_is_the_published_one() -> None:
    data = (files("sshr.header") / "words" / "english.txt").read_bytes()
    known = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    assert hashlib.sha256(data).hexdigest() == known
    words = data.decode("ascii").split()
    assert len({word[:4] for word in words}) == len(words) == 2048


def test_words_are_those_of_bip_39() -> None:
    # Two of BIP-39's test vectors: 16 bytes of entropy, of which six words tell the first 66 bits.
    assert in_words(bytes(16)) == "abandon " * 5 + "abandon"
    assert in_words(b"\x7f" * 16) == "legal winner thank year wave sausage"
    assert in_words(bytes.fromhex("9e885d952ad362caeb4efe34a8e91bd2")) == (
        "ozone drill grab fiber curtain grace"
    )


def test_a_fingerprint_never_changes() -> None:
    """People wrote it down; a new version must give the same words."""
    ramp = np.arange(64 * 80 * 3, dtype=np.uint32).astype(np.uint8).reshape(64, 80, 3)
    assert fingerprint(ramp) == "light assume dune tiny similar project"


@given(place=st.integers(0, 64 * 65 * 3 - 1), bit=st.integers(0, 7))
def test_one_bit_changes_the_words(place: int, bit: int) -> None:
    image = np.zeros((64, 65, 3), np.uint8)
    other = image.copy()
    other.reshape(-1)[place] ^= 1 << bit
    assert fingerprint(image) != fingerprint(other)
    assert fingerprint(image) != fingerprint(image.reshape(65, 64, 3))


def test_it_is_no_part_of_the_reference_key() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    assert fingerprint(image) != in_words(derive(reference_hash(image), b"reference"))
    assert fingerprint(image) != in_words(reference_hash(image))
