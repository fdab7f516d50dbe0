"""Small text files that a user names: read whole, whatever stands under the name."""

import codecs
import os
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 1 << 24
"""Longest text: 16 MiB. An endless device or a file of another kind is not read into memory."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16's does, so it is tried before
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """The text of a file or of a pipe such as the shell's `<(command)`; see `decode_text`.

    A pipe that nobody writes to is empty; it is not waited for.

    Raises:
        OSError: it cannot be opened or read.
        ValueError: more than MAX_BYTES, no text, or no possible name.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        with suppress(OSError, AttributeError):
            os.set_blocking(descriptor, True)  # a writer may take its time
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"longer than {MAX_BYTES >> 20} MiB")
    return decode_text(data)


def decode_text(data: bytes) -> str:
    """UTF-8, or what a byte order mark says; the mark is no part of the text.

    Windows writes such marks: PowerShell's `>` makes UTF-16, its `Out-File -Encoding utf8` and old
    Notepads UTF-8 with a mark.

    Raises:
        ValueError: the bytes are no text.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        word = encoding.removesuffix("-sig").upper()
        raise ValueError(f"it is not text in {word}") from None
