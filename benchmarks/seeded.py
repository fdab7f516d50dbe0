"""What `sshr.conceal` and `sshr.seal` draw, from a seed: figures that can be had again."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.header.header import HeaderWriter


@contextmanager
def drawing(seed: str) -> Iterator[None]:
    """Senders that are started within draw salt and file key from `seed`."""
    start, draw = HeaderWriter.start, random.Random(seed).randbytes

    def seeded(
        reference: NDArray[np.uint8], keys: Keys, *, protected: bool = False
    ) -> HeaderWriter:
        return start(reference, keys, draw, protected=protected)

    with mock.patch.object(HeaderWriter, "start", seeded):
        yield
