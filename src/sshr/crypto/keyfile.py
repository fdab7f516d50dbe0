"""Reading and writing key files. A private one is for its owner alone, as with ssh."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sshr.crypto.foreign import (
    age_secret,
    foreign_public,
    is_age_secret,
    is_foreign_public,
    is_other_ssh,
)
from sshr.crypto.identity import (
    PUBLIC_PREFIX,
    PrivateKey,
    PublicKey,
    parse_private,
    parse_public,
    protected_text,
    secret_text,
)
from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.pem import ONLY, is_pem, private_from_pem, public_from_pem
from sshr.errors import KeyFileError, OutputError
from sshr.files.names import reason, require_path, shown
from sshr.files.output import FOR_THE_OWNER, write_file
from sshr.files.text import decode_text

MAX_BYTES = 64 * 1024
PUBLIC_MODE = 0o644

_FOREIGN = ("PuTTY-User-Key-File", "AGE-PLUGIN-")
_SECRET_MARKS = ("SECRET-KEY-", "PROTECTED-KEY-", "PRIVATE KEY--")
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
        return _named("the public key", lambda: _public(text))

    def parse() -> PublicKey:
        content = _content(_read(Path(source), private=False))
        return public_from_pem(content) if is_pem(content) else _public(content)

    return _named(shown(text), parse)


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

    def parse() -> tuple[list[PublicKey], int]:
        content = _read(Path(source), private=False)
        lines = [] if is_pem(content) else _lines(content)
        if len(lines) < 2:
            return [read_public_key(source)], 0
        own = [line for line in lines if not is_other_ssh(line)]
        if not own:
            raise KeyFileError("its SSH keys are for other algorithms; only ssh-ed25519 ones do")
        return [_public(line) for line in own], len(lines) - len(own)

    return _named(shown(text), parse)


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

    def parse() -> PrivateKey:
        content = _content(_read(Path(path), private=True))
        if is_pem(content):
            return private_from_pem(content, passphrase or _nobody)
        if is_age_secret(content):
            return age_secret(content)
        return parse_private(content, passphrase or _nobody)

    return _named(shown(path), parse)


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
    return _is_secret(_named(shown(source), lambda: _read(Path(source), private=False)))


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
    seed = random(KEY_BYTES)
    public = PrivateKey.of_seed(seed).public
    secret = secret_text(seed) if passphrase is None else protected_text(seed, passphrase, random)
    lines = ("# private key: keep it to yourself", f"# public: {public.text}", secret, "")
    write_file(private_path, "\n".join(lines).encode(), force, FOR_THE_OWNER)
    try:
        write_file(public_path, f"{public.text}\n".encode(), force, PUBLIC_MODE)
    except BaseException:
        if not force:
            private_path.unlink()
        raise
    return public


def _nobody() -> bytes:
    raise KeyFileError("it is protected by a passphrase, which was not given")


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
    if private and open_to_others and _is_secret(text):
        raise KeyFileError(
            f"others may read it (mode {stat.S_IMODE(status.st_mode):o}), so it is not used; "
            "chmod 600 makes it yours alone"
        )
    return text


def _is_secret(text: str) -> bool:
    return any(mark in text.upper() for mark in _SECRET_MARKS)


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise KeyFileError("is not a regular file")


def _content(text: str) -> str:
    """A text's only line beside comments; PEM as it stands."""
    if is_pem(text):
        return text
    lines = _lines(text)
    if lines and lines[0].startswith(_FOREIGN):
        raise KeyFileError(f"it is the key of another program; {ONLY}")
    if len(lines) > 1:
        raise KeyFileError(f"holds {len(lines)} lines instead of one key")
    return lines[0]


def _lines(text: str) -> list[str]:
    """All lines but comments and empty ones.

    Raises:
        KeyFileError: there are none.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise KeyFileError("holds no key")
    return found


def _public(line: str) -> PublicKey:
    """A public key of whatever program."""
    return foreign_public(line) if is_foreign_public(line) else parse_public(line)
