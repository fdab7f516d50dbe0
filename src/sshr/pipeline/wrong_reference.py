"""More words for a reference that does not open a stego: its fingerprint, and what it resembles."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from sshr.errors import MismatchError, NothingFoundError
from sshr.header.fingerprint import fingerprint
from sshr.imaging.likeness import likeness
from sshr.types import Rgb8


@contextmanager
def explained(stego: Rgb8, reference: Rgb8) -> Iterator[None]:
    """Add to a MismatchError or NothingFoundError what the two HWC RGB pictures tell.

    The sender's fingerprint is nowhere in the stego, where it would mark it; people compare.
    """
    try:
        yield
    except (MismatchError, NothingFoundError) as error:
        told = f"{error}{_hint(stego, reference)}; the fingerprint of this reference is "
        told += f"'{fingerprint(reference)}': compare it with the sender's"
        raise type(error)(told) from error


def _hint(stego: Rgb8, reference: Rgb8) -> str:
    if np.array_equal(stego, reference):
        return "; the two pictures are identical, so nothing was concealed in this one"
    found = likeness(stego, reference)
    if found == "turned":
        return "; they show the same picture, turned: one of them lost or gained an orientation"
    if found == "resized":
        return "; they show the same picture: one of them is a resized copy"
    if found == "same size":
        return "; they show the same picture: one of them may be a re-encoded or edited copy"
    return ""
