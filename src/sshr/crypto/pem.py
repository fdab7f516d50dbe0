"""Keys of other programs in PEM: X25519 as PKCS#8 and SubjectPublicKeyInfo, and those of OpenSSH.

`openssl genpkey -algorithm x25519 -out mine.pem` and `openssl pkey -in mine.pem -pubout` make them.
X25519 keys receive, but cannot sign.
"""

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sshr.crypto.foreign import OPENSSH, openssh_private
from sshr.crypto.identity import PrivateKey, PublicKey
from sshr.errors import KeyFileError

ONLY = "only X25519 keys and those of age and ssh-ed25519 can be used; sshr keygen makes others"

_BEGIN = "-----BEGIN "
_PUBLIC, _PRIVATE, _ENCRYPTED = "PUBLIC KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"


def is_pem(text: str) -> bool:
    """True for a text that holds PEM."""
    return _BEGIN in text


def public_from_pem(text: str) -> PublicKey:
    """The key of a `PUBLIC KEY` block.

    Raises:
        KeyFileError: another kind of block or key, or a damaged one.
    """
    kind = _kind(text)
    if kind in (_PRIVATE, _ENCRYPTED, OPENSSH):
        raise KeyFileError("it is a private key; give the public one")
    if kind != _PUBLIC:
        raise KeyFileError(f"it holds {_named(kind)}; {ONLY}")
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError("the PEM block is damaged, or its key is of an unknown kind") from None
    if not isinstance(key, X25519PublicKey):
        raise KeyFileError(f"it holds another kind of key; {ONLY}")
    return PublicKey(key.public_bytes_raw())


def private_from_pem(text: str, passphrase: Callable[[], bytes]) -> PrivateKey:
    """The key of a `PRIVATE KEY` block (PKCS#8), or of OpenSSH.

    Args:
        passphrase: called for an encrypted block only.

    Raises:
        KeyFileError: another kind of block or key, a damaged one, or a wrong passphrase.
    """
    kind = _kind(text)
    if kind == OPENSSH:
        return openssh_private(text, passphrase)
    if kind == _PUBLIC:
        raise KeyFileError("it is a public key; give the private one")
    if kind not in (_PRIVATE, _ENCRYPTED):
        raise KeyFileError(f"it holds {_named(kind)}; {ONLY}")
    word = passphrase() if kind == _ENCRYPTED else None
    try:
        key = load_pem_private_key(text.encode(), word)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        fault = "the passphrase does not open this key" if word else "its key is of an unknown kind"
        raise KeyFileError(f"the PEM block is damaged, or {fault}") from None
    if not isinstance(key, X25519PrivateKey):
        raise KeyFileError(f"it holds another kind of key; {ONLY}")
    return PrivateKey(key.private_bytes_raw(), imported=True)


def _kind(text: str) -> str:
    return text.partition(_BEGIN)[2].partition("-----")[0]


def _named(kind: str) -> str:
    return "an RSA key" if kind == "RSA PRIVATE KEY" else "PEM of another kind"
