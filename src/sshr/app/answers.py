"""What a piece of work gives back to the page: facts, and files that were never on a disk."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class AnswerFile:
    """Bytes for the browser to show or to save."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """Facts, ready for JSON, and files by name."""

    facts: dict[str, Any] = field(repr=False)
    files: dict[str, AnswerFile] = field(default_factory=dict, repr=False)

    def body(self) -> tuple[str, bytes]:
        """Content type and body: JSON, or a form with the part `facts` and the files."""
        told = json.dumps(self.facts, allow_nan=False).encode()
        if not self.files:
            return "application/json", told
        mark = secrets.token_hex(16)
        parts = {"facts": AnswerFile("application/json", told)} | self.files
        pieces = []
        for name, file in parts.items():
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"'
            pieces += [head.encode(), f"\r\nContent-Type: {file.media_type}\r\n\r\n".encode()]
            pieces += [file.data, b"\r\n"]
        return f"multipart/form-data; boundary={mark}", b"".join([*pieces, f"--{mark}--".encode()])
