"""A reference's fingerprint: six words that two people can read to each other.

It is derived from the reference's hash beside the keys, so it tells nothing of them; whoever has a
picture can check it against a fingerprint. 66 bits: nobody finds a second picture for given words.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive
from sshr.header.reference import reference_hash

WORDS = 6
BITS_A_WORD = 11


def fingerprint(reference: NDArray[np.uint8]) -> str:
    """Six words of BIP-39's English list, with spaces between.

    Args:
        reference: (H, W, 3) uint8 RGB; a greyscale picture has three equal channels.
    """
    return in_words(derive(reference_hash(reference), b"fingerprint"))


def in_words(data: bytes) -> str:
    """The first 66 bits of 32 bytes, most significant first, 11 for each word."""
    number = int.from_bytes(data, "big") >> (8 * len(data) - WORDS * BITS_A_WORD)
    places = [
        number >> BITS_A_WORD * (WORDS - 1 - i) & (1 << BITS_A_WORD) - 1 for i in range(WORDS)
    ]
    return " ".join(_words()[place] for place in places)


@cache
def _words() -> tuple[str, ...]:
    text = (files("sshr.header") / "words" / "english.txt").read_text(encoding="ascii")
    return tuple(text.split())
