"""What a user holds, and the primitives that turn it into labelled keys.

Every derived key is used once, so nonces are zero throughout. The version label is part of each
derivation: a later version cannot be confused with this one.
"""

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

# Fixed by the format's version, never read from a file: a stego cannot ask for a costly derivation.
ARGON2_MEMORY_KIB = 64 * 1024
ARGON2_ITERATIONS = 3
ARGON2_LANES = 4


@dataclass(frozen=True)
class Keys:
    """Secrets and addresses for one conceal or reveal, beside the reference.

    With a passphrase and recipients, a recipient needs both. With neither, whoever holds the
    reference can reveal.

    Attributes:
        passphrase: as bytes (see `passphrase_bytes`), not empty.
        recipients: raw X25519 public keys, 32 bytes each, at most 16; used to conceal.
        identity: raw X25519 private key, 32 bytes; used to reveal.
        signer: raw Ed25519 private key, 32 bytes; signs what is concealed.
        sender: raw Ed25519 public key, 32 bytes; what is revealed must bear its signature.

    Raises:
        UsageError: an empty passphrase, a key of another length, more than 16 recipients.
    """

    passphrase: bytes | None = field(default=None, repr=False)
    recipients: tuple[bytes, ...] = ()
    identity: bytes | None = field(default=None, repr=False)
    signer: bytes | None = field(default=None, repr=False)
    sender: bytes | None = None

    def __post_init__(self) -> None:
        if self.passphrase is not None and not self.passphrase:
            raise UsageError("the passphrase is empty; give one, or choose to go without")
        if len(self.recipients) > MAX_RECIPIENTS:
            raise UsageError(
                f"{len(self.recipients)} recipients given; at most {MAX_RECIPIENTS} are possible"
            )
        if any(len(key) != KEY_BYTES for key in self.recipients):
            raise UsageError(f"a recipient's public key must have {KEY_BYTES} bytes")
        own = {"private key": self.identity, "signing key": self.signer}
        for what, key in (own | {"sender's public key": self.sender}).items():
            if key is not None and len(key) != KEY_BYTES:
                raise UsageError(f"a {what} must have {KEY_BYTES} bytes")


def passphrase_bytes(text: str) -> bytes:
    """A typed passphrase as bytes: NFC, UTF-8, so that keyboards and systems agree on it.

    Raises:
        UsageError: the text is not valid Unicode.
    """
    try:
        return unicodedata.normalize("NFC", text).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError("the passphrase is not valid UTF-8 text") from error


def derive(key: bytes, label: bytes, salt: bytes | None = None) -> bytes:
    """A labelled 32-byte subkey: HKDF-SHA256 (RFC 5869)."""
    info = VERSION_LABEL + label
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(key)


def stretch(passphrase: bytes, salt: bytes) -> bytes:
    """The passphrase's 32-byte key: Argon2id (RFC 9106), slow and memory-hard on purpose."""
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
