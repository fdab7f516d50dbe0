"""A form that was posted, read in pieces and kept in memory alone, within limits.

Starlette's own parser lays what is larger than 1 MiB into a temporary file on the disk; the parser
below it (`python_multipart`) only says what it has met.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from sshr.app.faults import RequestFault
from sshr.app.limits import MAX_FIELD_BYTES, MAX_PARTS, MAX_UPLOAD_BYTES, PATIENCE_SECONDS
from sshr.files.names import plain_name


@dataclass(frozen=True)
class UploadedFile:
    """A file as the browser sent it; `name` is to show, never a path."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Form:
    """Fields and files by name, each once."""

    fields: dict[str, str] = field(default_factory=dict, repr=False)
    files: dict[str, UploadedFile] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """A field's text; empty where it was not sent."""
        return self.fields.get(name, "")

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.text(name) not in ("", "off", "no")

    def file(self, name: str, what: str) -> UploadedFile:
        """A file that is needed.

        Raises:
            RequestFault: it was not sent; `what` says what it would be.
        """
        if name not in self.files:
            raise RequestFault(400, f"{what} is missing")
        return self.files[name]

    def check_names(self, known: frozenset[str]) -> None:
        """Refuse what nobody would look at.

        Raises:
            RequestFault: a field or file of another name.
        """
        for name in (*self.fields, *self.files):
            if name not in known:
                raise RequestFault(400, f"there is no field '{plain_name(name)[:40]}' here")


def too_large() -> RequestFault:
    """The refusal of more than fits."""
    most = MAX_UPLOAD_BYTES >> 20
    return RequestFault(413, f"too large: at most {most} MiB can be sent at once")


async def read_form(
    content_type: str, length: str, stream: AsyncIterator[bytes], most: int = MAX_UPLOAD_BYTES
) -> Form:
    """The form of a request.

    Args:
        content_type, length: its headers; empty where it has none.
        stream: its body as it arrives.
        most: bytes of all of it.

    Raises:
        RequestFault: 413 too large, 415 no form, 400 a broken one, 408 nothing more arrives.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise RequestFault(415, "send a form (multipart/form-data)")
    if length.isdecimal() and int(length) > most:
        raise too_large()
    parts = _Parts()
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())
        size, pieces = 0, stream.__aiter__()
        while True:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                break
            size += len(piece)
            if size > most:
                raise too_large()
            parser.write(piece)
        parser.finalize()
    except FormParserError:
        raise RequestFault(400, "the form is damaged or incomplete") from None
    except TimeoutError:
        raise RequestFault(408, "the upload stopped on its way") from None
    if not parts.ended:
        raise RequestFault(400, "the form is damaged or incomplete")
    return parts.form()


class _Parts:
    """What the parser meets, put together."""

    def __init__(self) -> None:
        self.ended = False
        self._header, self._value = b"", b""
        self._disposition = b""
        self._name, self._file_name = "", ""
        self._is_file = False
        self._data = bytearray()
        self._fields: dict[str, str] = {}
        self._files: dict[str, UploadedFile] = {}

    def callbacks(self) -> Any:
        """For `MultipartParser`."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._more,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def form(self) -> Form:
        """All of it."""
        return Form(self._fields, self._files)

    def _begin(self) -> None:
        if len(self._fields) + len(self._files) >= MAX_PARTS:
            raise RequestFault(400, f"the form has more than {MAX_PARTS} parts")
        self._disposition, self._data = b"", bytearray()
        self._header = self._value = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = _decoded(options.get(b"name", b""))
        if not self._name or self._name in self._fields or self._name in self._files:
            raise RequestFault(400, "each part of the form needs a name of its own")
        self._is_file = b"filename" in options
        self._file_name = plain_name(_decoded(options.get(b"filename", b"")))

    def _more(self, data: bytes, start: int, end: int) -> None:
        if not self._is_file and len(self._data) + end - start > MAX_FIELD_BYTES:
            most = MAX_FIELD_BYTES >> 20
            raise RequestFault(413, f"too large: at most {most} MiB of text; send it as a file")
        self._data += data[start:end]

    def _end(self) -> None:
        if self._is_file:
            self._files[self._name] = UploadedFile(self._file_name, bytes(self._data))
        else:
            self._fields[self._name] = _decoded(bytes(self._data))
        self._data = bytearray()

    def _all(self) -> None:
        self.ended = True


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise RequestFault(400, "the form is not in UTF-8") from None
