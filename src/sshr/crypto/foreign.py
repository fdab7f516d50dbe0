"""Keys of age and OpenSSH. Those of age (X25519) receive; Ed25519 keys of OpenSSH receive and sign.

An Ed25519 key receives as the point of the other form of its curve (RFC 7748), as in age.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from sshr.crypto import bech32
from sshr.crypto.curves import edwards_fault, montgomery_of
from sshr.crypto.identity import PrivateKey, PublicKey
from sshr.crypto.keys import KEY_BYTES
from sshr.errors import KeyFileError

OPENSSH = "OPENSSH PRIVATE KEY"

_AGE, _AGE_SECRET = "age", "age-secret-key-"
_SSH = b"ssh-ed25519"
_SSH_LINE = re.compile(r'^(?:[^\s"]+(?:"[^"]*"[^\s"]*)*\s+)??ssh-ed25519\s+(\S+)')
_OTHER_SSH = re.compile(r"(?:^|\s)(ssh-(?:rsa|dss)|(?:sk-)?ecdsa-sha2-\S+|sk-ssh-\S+)\s+AAAA")


def is_foreign_public(line: str) -> bool:
    """True for a line that is, by its looks, a public key of age or OpenSSH, of whatever kind."""
    age = line.lower().startswith(f"{_AGE}1")
    return age or bool(_SSH_LINE.match(line) or _OTHER_SSH.search(line))


def is_other_ssh(line: str) -> bool:
    """True for a public key of OpenSSH that is for another algorithm."""
    return not _SSH_LINE.match(line) and bool(_OTHER_SSH.search(line))


def foreign_public(line: str) -> PublicKey:
    """The key of a line `age1...`, or `ssh-ed25519 ...` as in a .pub file or authorized_keys.

    Raises:
        KeyFileError: not such a line; the message says what it is.
    """
    if is_other_ssh(line):
        raise KeyFileError("it is an SSH key for another algorithm; of those only ssh-ed25519 do")
    found = _SSH_LINE.match(line)
    if found is None:
        return PublicKey(_age_bytes(line, _AGE))
    signing = _ssh_bytes(found.group(1))
    if fault := edwards_fault(signing):
        raise KeyFileError(f"the public key is not usable: {fault}")
    return PublicKey(montgomery_of(signing), signing)


def is_age_secret(line: str) -> bool:
    """True for a line that is, by its looks, a private key of age."""
    return line.lower().startswith(f"{_AGE_SECRET}1")


def age_secret(line: str) -> PrivateKey:
    """The key of a line `AGE-SECRET-KEY-1...`.

    Raises:
        KeyFileError: not such a line.
    """
    return PrivateKey(_age_bytes(line, _AGE_SECRET), imported=True)


def openssh_private(text: str, passphrase: Callable[[], bytes]) -> PrivateKey:
    """The key of an `OPENSSH PRIVATE KEY` block.

    Args:
        passphrase: called for an encrypted block only.

    Raises:
        KeyFileError: another kind of key, a damaged block, a wrong passphrase, or an encrypted one
            without the package that its encryption needs.
    """
    word = passphrase() if _is_encrypted(text) else None
    try:
        key = load_ssh_private_key(text.encode(), word)
    except UnsupportedAlgorithm as error:
        if "bcrypt" in str(error):
            raise KeyFileError(
                "encrypted OpenSSH keys need another package: pip install 'sshr[ssh]'"
            ) from None
        raise KeyFileError("it is an SSH key of an unknown kind") from None
    except (ValueError, TypeError):
        fault = ", or the passphrase does not open this key" if word else ""
        raise KeyFileError(f"the OpenSSH key is damaged{fault}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("it is an SSH key for another algorithm; of those only ssh-ed25519 do")
    seed = key.private_bytes_raw()
    return PrivateKey(hashlib.sha512(seed).digest()[:KEY_BYTES], seed, imported=True)


def _age_bytes(line: str, prefix: str) -> bytes:
    try:
        found, data = bech32.decode(line, bech32.BECH32)
    except ValueError as error:
        raise KeyFileError(f"it is no age key: {error}") from None
    if found != prefix or len(data) != KEY_BYTES:
        raise KeyFileError("it is an age key of another kind; only X25519 keys can be used")
    return data


def _ssh_bytes(text: str) -> bytes:
    """The raw key in a public key's base64."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    head = len(_SSH).to_bytes(4, "big") + _SSH + KEY_BYTES.to_bytes(4, "big")
    if not data.startswith(head) or len(data) != len(head) + KEY_BYTES:
        raise KeyFileError("the SSH key is damaged")
    return data[len(head) :]


def _is_encrypted(text: str) -> bool:
    """Whether the block's cipher is another than `none`; a damaged one counts as not encrypted."""
    inner = "".join(text.partition(OPENSSH + "-----")[2].partition("-----END")[0].split())
    try:
        data = base64.b64decode(inner, validate=True)
    except (binascii.Error, ValueError):
        return False
    at = len(b"openssh-key-v1\0")
    length = int.from_bytes(data[at : at + 4], "big")
    return data[at + 4 : at + 4 + length] not in (b"none", b"")
