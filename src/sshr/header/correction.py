"""Repairs a few changed bytes: Reed-Solomon blocks, interleaved so that a small scar hits many.

Byte i of the protected stream belongs to block i mod (number of blocks); a block has at most 255
bytes, the last `CHECKS` of which are its check bytes and repair half as many.
"""

from functools import lru_cache

from reedsolo import ReedSolomonError, RSCodec

CHECKS = 8
_BLOCK = 255


def room(size: int) -> int:
    """Bytes that can be protected in a stream of `size` bytes."""
    return max(size - CHECKS * _blocks(size), 0)


def protected_size(length: int) -> int:
    """Bytes of the shortest stream that protects so many bytes of data."""
    return length + CHECKS * -(-length // (_BLOCK - CHECKS))


def protect(data: bytes, size: int) -> bytes:
    """The stream of `size` bytes for `room(size)` bytes of data.

    Raises:
        ValueError: another number of bytes.
    """
    if len(data) != room(size) or not data:
        raise ValueError(f"{len(data)} bytes for a stream of {size}")
    stream, count = bytearray(size), _blocks(size)
    for block in range(count):
        stream[block::count] = _codec().encode(data[block::count])
    return bytes(stream)


def unprotected(stream: bytes) -> bytes:
    """The data as they stand in a stream, right if nothing has changed."""
    return stream[: room(len(stream))]


def repaired(stream: bytes) -> bytes | None:
    """The data of a changed stream, or None where too many bytes of a block have changed."""
    data, count = bytearray(room(len(stream))), _blocks(len(stream))
    for block in range(count):
        try:
            data[block::count] = _codec().decode(stream[block::count])[0]
        except ReedSolomonError:
            return None
    return bytes(data)


def _blocks(size: int) -> int:
    return -(-size // _BLOCK)


@lru_cache(maxsize=1)
def _codec() -> RSCodec:
    return RSCodec(CHECKS)
