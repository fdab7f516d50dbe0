"""Bech32m against the vectors of BIP-350, and what its checksum notices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.crypto.bech32 import ALPHABET, BECH32M, _expanded, _polymod, decode, encode

BIP350_VALID = [
    "A1LQFN3A",
    "a1lqfn3a",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
]
BIP350_INVALID = [
    ("\x201xj0phk", "spaces"),
    ("\x7f1g6xzxy", "outside ASCII"),
    ("\x801vctc34", "outside ASCII"),
    ("qyrz8wqd2c9m", "no prefix"),
    ("1qyrz8wqd2c9m", "no prefix"),
    ("y1b0jsk6g", "'b' does not occur"),
    ("lt1igcx5c0", "'i' does not occur"),
    ("in1muywd", "checksum"),
    ("mm1crxm3i", "'i' does not occur"),
    ("au1s5cgom", "'o' does not occur"),
    ("M1VUXWEZ", "checksum"),
    ("16plkw9", "no prefix"),
    ("1p2gdwpf", "no prefix"),
    ("A1lqfn3a", "upper and lower"),
    ("a12uel5l", "checksum"),  # valid as the older Bech32
]


@pytest.mark.parametrize("text", BIP350_VALID)
def test_valid_vectors(text: str) -> None:
    prefix, data = decode(text)
    assert encode(prefix, data) == text.lower()


@pytest.mark.parametrize(("text", "words"), BIP350_INVALID)
def test_invalid_vectors(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode(text)


@pytest.mark.parametrize(("values", "fits"), [([0] * 8, True), ([0] * 6, False), ([1, 1], False)])
def test_bits_that_fill_no_byte_are_refused(values: list[int], fits: bool) -> None:
    head = [*_expanded("x"), *values]
    rest = _polymod([*head, *[0] * 6]) ^ BECH32M
    values = values + [rest >> 5 * (5 - i) & 31 for i in range(6)]
    text = "x1" + "".join(ALPHABET[value] for value in values)
    if fits:
        assert decode(text) == ("x", bytes(5))
        return
    with pytest.raises(ValueError, match="where a byte ends"):
        decode(text)


@given(st.sampled_from(["sshr", "sshr-secret-key-", "a1b"]), st.binary(max_size=80))
def test_bytes_come_back_in_both_cases(prefix: str, data: bytes) -> None:
    text = encode(prefix, data)
    assert decode(text) == decode(text.upper()) == (prefix, data)


@given(st.binary(min_size=1, max_size=80), st.data())
def test_one_character_changed_lost_or_swapped_is_noticed(data: bytes, draw: st.DataObject) -> None:
    text = encode("sshr", data)
    at = draw.draw(st.integers(5, len(text) - 2))
    other = draw.draw(st.sampled_from(ALPHABET.replace(text[at], "")))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    for wrong in (text[:at] + other + text[at + 1 :], text[:at] + text[at + 1 :], swapped):
        if wrong != text:
            with pytest.raises(ValueError, match="checksum"):
                decode(wrong)
