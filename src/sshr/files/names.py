"""How a file is named in a message, and what is left of a name that somebody else gave."""

import os
import unicodedata
from pathlib import Path

from sshr.errors import UsageError

_JOINERS = "\u200c\u200d"
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode's categories of what is not a character to be read: controls, formats, surrogates,
private places, separators of lines."""


def shown(name: str | os.PathLike[str]) -> str:
    """The name on one printable line: line breaks, control and undecodable characters escaped."""
    text = os.fspath(name)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def require_path(path: object) -> None:
    """Refuse what is no path.

    Raises:
        UsageError: it is neither text nor a path-like object.
    """
    if not isinstance(path, str | os.PathLike):
        raise UsageError(f"a path is text or a Path, not {type(path).__name__}")


def plain_name(name: str) -> str:
    """A file's own name out of one that somebody else gave: printable, and no way to elsewhere.

    Folders of any system and drives are left out, and so are control characters and those that
    turn the direction of writing; `.` and `..` name no file. Joiners, which scripts and emoji need,
    stay.
    """
    for mark in "\\/:":
        name = name.replace(mark, "/")
    last = name.rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c in _JOINERS or unicodedata.category(c) not in _NOT_SHOWN)
    return "" if kept.strip() in ("", ".", "..") else kept


def reason(error: BaseException) -> str:
    """What a failed system or decoder call says, on one line, without the path that it repeats."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shown(str(text).strip())


def is_same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """True when both names lead, through links of any kind, to one existing file."""
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False
