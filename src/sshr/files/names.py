"""How a file is named in a message."""

import os
from pathlib import Path


def shown(name: str | os.PathLike[str]) -> str:
    """The name on one printable line: line breaks, control and undecodable characters escaped."""
    text = os.fspath(name)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


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
