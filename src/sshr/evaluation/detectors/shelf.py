"""Pictures kept on disk, so that memory does not grow with their number."""

import math
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import Generic, TypeVar, overload

import numpy as np

from sshr.errors import OutputError
from sshr.files.names import reason
from sshr.types import Rgb8

T = TypeVar("T")


class Listed(Sequence[T], Generic[T]):
    """A sequence whose entries are made when they are asked for, and not kept.

    Args:
        make: a number of those given -> the entry.
        numbers: of the entries, in order.
    """

    def __init__(self, make: Callable[[int], T], numbers: Iterable[int]) -> None:
        self._make, self._numbers = make, [int(number) for number in numbers]

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> "Listed[T]": ...
    def __getitem__(self, place: int | slice) -> "T | Listed[T]":
        if isinstance(place, slice):
            return Listed(self._make, self._numbers[place])
        return self._make(self._numbers[place])


def part_of(pictures: Sequence[T], chosen: Iterable[int]) -> Listed[T]:
    """Those with these numbers, as they are asked for."""
    return Listed(pictures.__getitem__, chosen)


def shelved(pictures: Iterable[Rgb8]) -> Listed[Rgb8]:
    """Pictures, uint8 of any shapes, in a file without a name that goes with what is returned.

    Raises:
        OutputError: the file cannot be written.
    """
    places: list[tuple[int, tuple[int, ...]]] = []
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        for picture in pictures:
            places.append((file.tell(), picture.shape))
            try:
                file.write(picture.tobytes())
            except OSError as error:
                raise OutputError(f"a temporary file cannot be written ({reason(error)})") from None

        def read(number: int) -> Rgb8:
            start, shape = places[number]
            file.seek(start)
            return np.frombuffer(file.read(math.prod(shape)), np.uint8).reshape(shape)

        found = Listed(read, range(len(places)))
        weakref.finalize(found, stack.pop_all().close)
    return found
