"""Reading and writing key files. A private one is for its owner alone, as with ssh."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sshr.crypto.foreign import is_foreign_public
from sshr.crypto.identity import PUBLIC_PREFIX, PrivateKey, PublicKey
from sshr.crypto.keytext import (
    is_private_text,
    new_pair,
    private_from_text,
    public_from_text,
    publics_from_text,
)
from sshr.errors import KeyFileError, OutputError
from sshr.files.names import reason, require_path, shown
from sshr.files.output import FOR_THE_OWNER, write_file
from sshr.files.text import decode_text

MAX_BYTES = 64 * 1024
PUBLIC_MODE = 0o644

_Key = TypeVar("_Key")


def read_public_key(source: str | os.PathLike[str]) -> PublicKey:
    """A public key, from a line itself or from a file (that line, or PEM).

    Args:
        source: the file's name; or the line, `sshr1...`, `age1...` or `ssh-ed25519 ...`.

    Raises:
        KeyFileError: no such file, or not one public key; the message names the file.
    """
    require_path(source)
    text = os.fspath(source)
    if is_key_text(text):
        return _named("the public key", lambda: public_from_text(text))
    return _named(shown(text), lambda: public_from_text(_read(Path(source), private=False)))


def read_public_keys(source: str | os.PathLike[str]) -> tuple[list[PublicKey], int]:
    """As `read_public_key`, or all keys of a list with one a line, such as authorized_keys.

    Returns:
        The keys, and how many lines hold SSH keys for other algorithms, which are left out.

    Raises:
        KeyFileError: no such file, no key that can be used, or a line that is none.
    """
    text = os.fspath(source)
    if is_key_text(text):
        return [read_public_key(text)], 0

    return _named(shown(text), lambda: publics_from_text(_read(Path(source), private=False)))


def read_private_key(
    path: str | os.PathLike[str], passphrase: Callable[[], bytes] | None = None
) -> PrivateKey:
    """A private key from a file: a line of `sshr keygen` or of age, or PEM (PKCS#8, OpenSSH).

    Args:
        passphrase: called if the key is protected.

    Raises:
        KeyFileError: no such file, not a private key, one that others may read, or a wrong
            passphrase; the message names the file.
    """
    require_path(path)

    return _named(
        shown(path), lambda: private_from_text(_read(Path(path), private=True), passphrase)
    )


def is_key_text(source: str) -> bool:
    """True for a public key itself instead of a file's name."""
    ours = source.lower().startswith(f"{PUBLIC_PREFIX}1")
    return (ours or is_foreign_public(source)) and not os.path.lexists(source)


def is_private_file(source: str) -> bool:
    """True for a file that holds, by its looks, a private key.

    Raises:
        KeyFileError: as `read_public_key`, for a file that is missing or no text.
    """
    if is_key_text(source):
        return False
    return is_private_text(_named(shown(source), lambda: _read(Path(source), private=False)))


def key_paths(name: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Where the pair of this name lies: NAME.key and NAME.pub."""
    text = os.fspath(name)
    return Path(f"{text}.key"), Path(f"{text}.pub")


def check_key_paths(name: str | os.PathLike[str], force: bool = False) -> None:
    """Refuse a name that `write_key_pair` would refuse, before anyone is asked for a passphrase.

    Raises:
        OutputError: an empty name, a file that exists, a folder that does not.
    """
    paths = key_paths(name)
    if paths[0].name == ".key":
        raise OutputError(f"{shown(paths[0])}: give the pair a name, such as mine")
    if not paths[0].parent.is_dir():
        raise OutputError(f"{shown(name)}: there is no folder {shown(paths[0].parent)}")
    for path in paths:
        if not force and os.path.lexists(path):
            raise OutputError(
                f"{shown(path)}: exists already. Choose another name, or use --force to replace "
                "the pair; what was concealed for the old key can then never be revealed."
            )


def write_key_pair(
    name: str | os.PathLike[str],
    passphrase: bytes | None = None,
    force: bool = False,
    random: Callable[[int], bytes] = os.urandom,
) -> PublicKey:
    """Make a key pair: NAME.key (mode 600) and NAME.pub. Without force both appear, or neither.

    Args:
        passphrase: protects the private key.
        force: existing files may be replaced.
        random: gives so many random bytes; anything but the default is for tests.

    Raises:
        OutputError: a file exists, or the folder refuses.
    """
    check_key_paths(name, force)
    private_path, public_path = key_paths(name)
    public, private = new_pair(passphrase, random)
    write_file(private_path, private.encode(), force, FOR_THE_OWNER)
    try:
        write_file(public_path, f"{public.text}\n".encode(), force, PUBLIC_MODE)
    except BaseException:
        if not force:
            private_path.unlink()
        raise
    return public


def _named(name: str, parse: Callable[[], _Key]) -> _Key:
    """What `parse` gives; its errors begin with the name."""
    try:
        return parse()
    except KeyFileError as error:
        raise KeyFileError(f"{name}: {error}") from None


def _read(path: Path, private: bool) -> str:
    """The text of a file of bounded size; a private key's must be closed to others."""
    try:
        # A pipe would block at its opening, so look first, and again at what was opened.
        _check_regular(os.stat(path).st_mode)
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            _check_regular(status.st_mode)
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise KeyFileError(f"cannot be read ({reason(error)})") from None
    if len(data) > MAX_BYTES:
        raise KeyFileError(f"is larger than {MAX_BYTES // 1024} KiB, so it is no key file")
    try:
        text = decode_text(data)
    except ValueError:
        raise KeyFileError("is not text, so it is no key file") from None
    open_to_others = os.name == "posix" and status.st_mode & 0o077
    if private and open_to_others and is_private_text(text):
        raise KeyFileError(
            f"others may read it (mode {stat.S_IMODE(status.st_mode):o}), so it is not used; "
            "chmod 600 makes it yours alone"
        )
    return text


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise KeyFileError("is not a regular file")
