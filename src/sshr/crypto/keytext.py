"""The texts of key files: of sshr, age, OpenSSH and PEM, wherever they come from."""

import os
from collections.abc import Callable

from sshr.crypto.foreign import (
    age_secret,
    foreign_public,
    is_age_secret,
    is_foreign_public,
    is_other_ssh,
)
from sshr.crypto.identity import (
    PrivateKey,
    PublicKey,
    parse_private,
    parse_public,
    protected_text,
    secret_text,
)
from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.pem import ONLY, is_pem, private_from_pem, public_from_pem
from sshr.errors import KeyFileError

_FOREIGN = ("PuTTY-User-Key-File", "AGE-PLUGIN-")
_SECRET_MARKS = ("SECRET-KEY-", "PROTECTED-KEY-", "PRIVATE KEY--")


def public_from_text(text: str) -> PublicKey:
    """The one public key of a text: a line `sshr1...`, `age1...`, `ssh-ed25519 ...`, or PEM.

    Raises:
        KeyFileError: it is not one public key.
    """
    content = _content(text)
    return public_from_pem(content) if is_pem(content) else _public(content)


def publics_from_text(text: str) -> tuple[list[PublicKey], int]:
    """As `public_from_text`, or all keys of a list with one a line, such as authorized_keys.

    Returns:
        The keys, and how many lines hold SSH keys for other algorithms, which are left out.

    Raises:
        KeyFileError: no key that can be used, or a line that is none.
    """
    lines = [] if is_pem(text) else _lines(text)
    if len(lines) < 2:
        return [public_from_text(text)], 0
    own = [line for line in lines if not is_other_ssh(line)]
    if not own:
        raise KeyFileError("its SSH keys are for other algorithms; only ssh-ed25519 ones do")
    return [_public(line) for line in own], len(lines) - len(own)


def private_from_text(text: str, passphrase: Callable[[], bytes] | None = None) -> PrivateKey:
    """The private key of a text: a line of `sshr keygen` or of age, or PEM (PKCS#8, OpenSSH).

    Args:
        passphrase: called if the key is protected.

    Raises:
        KeyFileError: it is not one private key, or the passphrase does not open it.
    """
    content = _content(text)
    if is_pem(content):
        return private_from_pem(content, passphrase or _nobody)
    if is_age_secret(content):
        return age_secret(content)
    return parse_private(content, passphrase or _nobody)


def is_private_text(text: str) -> bool:
    """True for a text that holds, by its looks, a private key."""
    return any(mark in text.upper() for mark in _SECRET_MARKS)


def new_pair(
    passphrase: bytes | None = None, random: Callable[[int], bytes] = os.urandom
) -> tuple[PublicKey, str]:
    """A new key pair: what others may know, and the text of the private key's file.

    Args:
        passphrase: protects the private key.
        random: gives so many random bytes; anything but the default is for tests.
    """
    seed = random(KEY_BYTES)
    public = PrivateKey.of_seed(seed).public
    secret = secret_text(seed) if passphrase is None else protected_text(seed, passphrase, random)
    lines = ("# private key: keep it to yourself", f"# public: {public.text}", secret, "")
    return public, "\n".join(lines)


def _nobody() -> bytes:
    raise KeyFileError("it is protected by a passphrase, which was not given")


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
