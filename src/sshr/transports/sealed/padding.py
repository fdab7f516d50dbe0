"""Length classes: a holder of the reference can measure how loud the noise is, so a record is as
long as its class, and the loudness follows from that.

Padme (Nikitin et al. 2019): lengths of which all but the first few bits are zero, so classes are at
most 12 % apart; here multiples of 4 as well.
"""

_WORD = 4


def padded(record: bytes) -> bytes:
    """The record with zeros up to the length of its class."""
    return record.ljust(class_of(len(record)), b"\0")


def class_of(size: int) -> int:
    """The shortest length of a class that holds so many bytes, at least one.

    Raises:
        ValueError: fewer.
    """
    if size < 1:
        raise ValueError(f"a record of {size} bytes")
    exponent = size.bit_length() - 1
    step = max(1 << max(exponent - exponent.bit_length(), 0), _WORD)
    return -(-size // step) * step


def room_in(size: int) -> int:
    """The longest class that fits so many bytes; 0 where none does."""
    if size < _WORD:
        return 0
    exponent = size.bit_length() - 1
    step = max(1 << max(exponent - exponent.bit_length(), 0), _WORD)
    return size // step * step
