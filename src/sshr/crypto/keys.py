"""What a user holds, and the primitives that turn it into labelled keys.

Every derived key is used once, so nonces are zero throughout. The version label is part of each
derivation: a later version cannot be confused with this one.
"""

import os
import threading
import unicodedata
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sshr.errors import UsageError

VERSION_LABEL = b"sshr-1/"
KEY_BYTES = 32
MAX_RECIPIENTS = 16
MAX_NOTE_BYTES = 255

# Fixed by the format's version, never read from a file: a stego cannot ask for a costly derivation.
ARGON2_MEMORY_KIB = 64 * 1024
ARGON2_ITERATIONS = 3
ARGON2_LANES = 4

_stretching = threading.Lock()


@dataclass(frozen=True)
class Keys:
    """Secrets and addresses for one conceal or reveal, beside the reference.

    With a passphrase and recipients, a recipient needs both.

    Attributes:
        passphrase: as bytes (see `passphrase_bytes`), not empty.
        recipients: raw X25519 public keys, 32 bytes each, at most 16; used to conceal.
        identity: raw X25519 private key, 32 bytes; used to reveal.
        signer: raw Ed25519 private key, 32 bytes; signs what is concealed.
        sender: raw Ed25519 public key, 32 bytes; what is revealed must bear its signature.
        note: for whom or what the stego is meant: shown to whoever reveals it, and under the
            signature. One line of printable characters, at most 255 bytes of UTF-8.
        reference_alone: there is no passphrase, recipient or identity: whoever holds the reference
            can reveal.

    Raises:
        UsageError: an empty passphrase, a key of another type or length, more than 16 recipients;
            nothing that keeps the secret, unless `reference_alone` asks for that; a note that is
            too long or would not be shown as it was written.
    """

    passphrase: bytes | None = field(default=None, repr=False)
    recipients: tuple[bytes, ...] = ()
    identity: bytes | None = field(default=None, repr=False)
    signer: bytes | None = field(default=None, repr=False)
    sender: bytes | None = None
    note: str = ""
    reference_alone: bool = False

    def __post_init__(self) -> None:
        self._check_types()
        if self.passphrase is not None and not self.passphrase:
            raise UsageError("the passphrase is empty; give one, or choose to go without")
        if len(self.recipients) > MAX_RECIPIENTS:
            raise UsageError(
                f"{len(self.recipients)} recipients given; at most {MAX_RECIPIENTS} are possible"
            )
        if any(key is None or len(key) != KEY_BYTES for key in self.recipients):
            raise UsageError(f"a recipient's public key must have {KEY_BYTES} bytes")
        own = {"private key": self.identity, "signing key": self.signer}
        for what, key in (own | {"sender's public key": self.sender}).items():
            if key is not None and len(key) != KEY_BYTES:
                raise UsageError(f"a {what} must have {KEY_BYTES} bytes")
        keeps = self.passphrase is not None or self.recipients or self.identity is not None
        if not keeps and not self.reference_alone:
            raise UsageError(
                "no key at all: whoever holds the reference could reveal the secret; give a "
                "passphrase, recipients or an identity, or Keys(reference_alone=True)"
            )
        if keeps and self.reference_alone:
            raise UsageError("reference_alone contradicts a passphrase, recipients or an identity")
        if not self.note.isprintable():
            raise UsageError("the note is not one line of printable characters")
        if len(self.note.encode()) > MAX_NOTE_BYTES:
            raise UsageError(f"the note is longer than {MAX_NOTE_BYTES} bytes")

    def _check_types(self) -> None:
        if not isinstance(self.passphrase, bytes | None):
            kind = type(self.passphrase).__name__
            raise UsageError(f"a passphrase must be bytes, not {kind}: see passphrase_bytes")
        if not isinstance(self.recipients, tuple | list):
            raise UsageError("recipients must be a tuple of raw public keys")
        object.__setattr__(self, "recipients", tuple(self.recipients))
        for key in (*self.recipients, self.identity, self.signer, self.sender):
            if not isinstance(key, bytes | None):
                raise UsageError(f"a key must be raw bytes, not {type(key).__name__}")
        if not isinstance(self.note, str):
            raise UsageError(f"a note must be text, not {type(self.note).__name__}")


def require_keys(keys: object) -> None:
    """Refuse what is no `Keys`.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(keys, Keys):
        raise UsageError(f"keys must be sshr.Keys, not {type(keys).__name__}")


def passphrase_bytes(text: str) -> bytes:
    """A typed passphrase as bytes: NFC, UTF-8, so that keyboards and systems agree on it.

    Raises:
        UsageError: the text is not valid Unicode, or no text.
    """
    if not isinstance(text, str):
        raise UsageError(f"a passphrase is typed as text, not {type(text).__name__}")
    try:
        return unicodedata.normalize("NFC", text).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError("the passphrase is not valid UTF-8 text") from error


def derive(key: bytes, label: bytes, salt: bytes | None = None) -> bytes:
    """A labelled 32-byte subkey: HKDF-SHA256 (RFC 5869)."""
    info = VERSION_LABEL + label
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(key)


def stretch(passphrase: bytes, salt: bytes) -> bytes:
    """The passphrase's 32-byte key: Argon2id (RFC 9106), slow and memory-hard on purpose.

    One at a time in a process, whatever its threads ask for: OpenSSL shares so many threads as
    there are cores out among all derivations, and two that each have some wait for ever for more.
    """
    with _stretching:
        return Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=ARGON2_ITERATIONS,
            lanes=ARGON2_LANES,
            memory_cost=ARGON2_MEMORY_KIB,
        ).derive(passphrase)


def mac(key: bytes, length: int, *parts: bytes | memoryview) -> bytes:
    """HMAC-SHA256 over the concatenated parts, truncated to `length` bytes."""
    code = HMAC(key, SHA256())
    for part in parts:
        code.update(part)
    return code.finalize()[:length]


def keystream(key: bytes, length: int) -> bytes:
    """`length` bytes of ChaCha20 (RFC 8439) keystream: nonce and block counter start at zero."""
    return Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(length))


def xor(first: bytes, second: bytes) -> bytes:
    """Bytewise exclusive or of two strings of one length."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} bytes cannot be combined")
    size = len(first)
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).to_bytes(size, "big")


if hasattr(os, "register_at_fork"):
    # A derivation is over before the process forks: its threads would not be in the child.
    os.register_at_fork(
        before=_stretching.acquire,
        after_in_parent=_stretching.release,
        after_in_child=_stretching.release,
    )
