"""What `sshr.conceal` draws, from a seed: figures that can be had again."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from sshr.pipeline.conceal import conceal


@contextmanager
def drawing(seed: str) -> Iterator[None]:
    """Secrets that are concealed within draw salt and file key from `seed`."""
    with mock.patch.dict(conceal.__kwdefaults__, {"random": random.Random(seed).randbytes}):
        yield
