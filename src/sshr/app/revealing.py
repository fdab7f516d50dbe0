"""The page's reveal and inspect."""

import time
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from sshr.app.answers import Answer, AnswerFile
from sshr.app.forms import Form
from sshr.app.given import picture, reader_keys
from sshr.progress import Progress

if TYPE_CHECKING:
    from sshr.transports.revealed import Revealed

_ANY = "application/octet-stream"
"""A file stays what it is: the browser saves it and shows nothing of it."""


def reveal(form: Form, progress: Progress) -> Answer:
    """The secret as the file `secret`, and what is to be known of it.

    Raises:
        SshrError, RequestFault: as the command line, or a form that lacks something.
    """
    import sshr
    from sshr.pipeline.words import came_through, signed_words

    started = time.monotonic()
    seen, shared = picture(form, "stego", received=True), picture(form, "reference")
    keys, strict = reader_keys(form), form.flag("strict")
    revealed = sshr.reveal(seen, shared, keys, strict=strict, progress=progress)
    stream = BytesIO()
    revealed.save(stream)
    facts: dict[str, Any] = {
        "transport": revealed.transport,
        "kind": revealed.kind.name.lower(),
        "name": _name(revealed),
        "intact": revealed.intact,
        "way": came_through(revealed.channel, revealed.intact),
        "signed": revealed.sender is not None,
        "signed_words": signed_words(revealed.sender, revealed.intact),
        "note": revealed.note,
        "bytes": stream.tell(),
        "seconds": round(time.monotonic() - started, 2),
    }
    if revealed.image is not None:
        facts["height"], facts["width"] = revealed.image.shape[:2]
    media = {"picture": "image/png", "text": "text/plain;charset=utf-8"}.get(facts["kind"], _ANY)
    return Answer(facts, {"secret": AnswerFile(media, stream.getvalue())})


def inspect(form: Form, progress: Progress) -> Answer:
    """What a stego holds, as the command line's table has it.

    Raises:
        SshrError, RequestFault: as `reveal`.
    """
    import sshr
    from sshr.header.fingerprint import fingerprint
    from sshr.pipeline.words import signed_words

    seen, shared = picture(form, "stego", received=True), picture(form, "reference")
    contents = sshr.inspect(seen, shared, reader_keys(form))
    facts = contents.as_dict() | {"fingerprint": fingerprint(shared.rgb)}
    facts |= {"signed": contents.sender is not None}
    facts |= {"signed_words": signed_words(contents.sender, contents.intact)}
    return Answer(facts)


def _name(revealed: "Revealed") -> str:
    """Under which the browser saves it; a picture is a PNG now."""
    if revealed.kind.name == "TEXT":
        return "revealed.txt"
    if revealed.image is None:
        return revealed.name or "revealed.bin"
    return f"{PurePath(revealed.name).stem or 'revealed'}.png"
