"""A person's two key pairs, X25519 to receive and Ed25519 to sign, and how they look as text.

Both private keys derive from one random seed. The texts are Bech32m, each with a version byte:

    sshr1...                  version, X25519 public key, Ed25519 public key, Ed25519 signature
    SSHR-SECRET-KEY-1...      version, seed
    SSHR-PROTECTED-KEY-1...   version, salt (16 B), seed sealed under a passphrase (48 B)

The signature is of the X25519 key: nobody can put his own under another's name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sshr.crypto import bech32
from sshr.crypto.curves import edwards_fault, montgomery_fault
from sshr.crypto.keys import KEY_BYTES, VERSION_LABEL, derive, stretch
from sshr.crypto.signature import is_signed_by, public_of, signature_of
from sshr.errors import KeyFileError

PUBLIC_PREFIX = "sshr"
SECRET_PREFIX = "sshr-secret-key-"
PROTECTED_PREFIX = "sshr-protected-key-"
KEY_VERSION = 1
FINGERPRINT_BYTES = 16

_SALT_BYTES, _PROOF_BYTES = 16, 64
_PROOF_LABEL = VERSION_LABEL + b"public key"
_PROTECTED_LABEL = VERSION_LABEL + b"protected key"
_NONCE = bytes(12)
_LENGTHS = {
    PUBLIC_PREFIX: 2 * KEY_BYTES + _PROOF_BYTES,
    SECRET_PREFIX: KEY_BYTES,
    PROTECTED_PREFIX: _SALT_BYTES + KEY_BYTES + 16,
}


@dataclass(frozen=True)
class PublicKey:
    """What others may know of a person.

    Attributes:
        exchange: raw X25519 public key, 32 bytes: a recipient for `Keys`.
        signing: raw Ed25519 public key, 32 bytes: a sender for `Keys`; None in an imported key
            that only receives.
        proof: signature of `exchange` under `signing`, 64 bytes; empty in an imported key.

    Raises:
        KeyFileError: a point that no private key has, or of low order; bytes that are no such key's
            own writing; a signature that is not valid.
    """

    exchange: bytes
    signing: bytes | None = None
    proof: bytes = b""

    def __post_init__(self) -> None:
        try:
            probe = X25519PrivateKey.from_private_bytes(bytes([1]) * KEY_BYTES)
            probe.exchange(X25519PublicKey.from_public_bytes(self.exchange))
        except ValueError:
            raise KeyFileError("the public key is not usable: nobody has its private key") from None
        fault = montgomery_fault(self.exchange)
        if self.signing is not None:
            fault = fault or edwards_fault(self.signing)
        if fault:
            raise KeyFileError(f"the public key is not usable: {fault}")
        if self.proof:
            assert self.signing is not None
            if not is_signed_by(self.signing, self.proof, _PROOF_LABEL, self.exchange):
                raise KeyFileError("the halves of the public key do not belong together")

    @property
    def text(self) -> str:
        """The line `sshr1...`.

        Raises:
            KeyFileError: an imported key, which has no such line.
        """
        if self.signing is None or not self.proof:
            raise KeyFileError("an imported key has no line of its own: pass on its own file")
        return _text(PUBLIC_PREFIX, self.exchange + self.signing + self.proof)

    @property
    def fingerprint(self) -> str:
        """Of both keys; to be compared before anything is concealed for this person."""
        return _fingerprint(b"fingerprint/keys", self.exchange + (self.signing or b""))


@dataclass(frozen=True)
class PrivateKey:
    """What one person alone knows.

    Attributes:
        exchange: raw X25519 private key, 32 bytes: an identity for `Keys`.
        signing: raw Ed25519 private key, 32 bytes: a signer for `Keys`; None in an imported key
            that only receives.
        imported: another program has made it, so its public key has no line of ours.
    """

    exchange: bytes = field(repr=False)
    signing: bytes | None = field(default=None, repr=False)
    imported: bool = False

    @classmethod
    def of_seed(cls, seed: bytes) -> "PrivateKey":
        """Both keys of a random seed of 32 bytes."""
        return cls(derive(seed, b"key/exchange"), derive(seed, b"key/signing"))

    @property
    def public(self) -> PublicKey:
        """What others may know."""
        exchange = X25519PrivateKey.from_private_bytes(self.exchange).public_key()
        if self.signing is None:
            return PublicKey(exchange.public_bytes_raw())
        shared, signing = exchange.public_bytes_raw(), public_of(self.signing)
        proof = b"" if self.imported else signature_of(self.signing, _PROOF_LABEL, shared)
        return PublicKey(shared, signing, proof)


def sender_fingerprint(signing: bytes) -> str:
    """Of a raw Ed25519 public key: how a sender is named who has no other name."""
    return _fingerprint(b"fingerprint/sender", signing)


def secret_text(seed: bytes) -> str:
    """The line `SSHR-SECRET-KEY-1...` of a seed."""
    return _text(SECRET_PREFIX, seed).upper()


def protected_text(seed: bytes, passphrase: bytes, random: Callable[[int], bytes]) -> str:
    """The line `SSHR-PROTECTED-KEY-1...`: Argon2id, then ChaCha20-Poly1305 under a fresh salt."""
    salt = random(_SALT_BYTES)
    aead = ChaCha20Poly1305(derive(stretch(passphrase, salt), b"key/protection"))
    sealed = aead.encrypt(_NONCE, seed, _PROTECTED_LABEL)
    return _text(PROTECTED_PREFIX, salt + sealed).upper()


def parse_public(text: str) -> PublicKey:
    """The key of a line `sshr1...`.

    Raises:
        KeyFileError: not such a line; the message says what it is.
    """
    prefix, payload = _payload(text)
    if prefix != PUBLIC_PREFIX:
        raise KeyFileError("it is a private key; give the public one (.pub)")
    halves = payload[:KEY_BYTES], payload[KEY_BYTES : 2 * KEY_BYTES]
    return PublicKey(*halves, payload[2 * KEY_BYTES :])


def parse_private(text: str, passphrase: Callable[[], bytes]) -> PrivateKey:
    """The keys of a line `SSHR-SECRET-KEY-1...` or `SSHR-PROTECTED-KEY-1...`.

    Args:
        passphrase: called for a protected key only.

    Raises:
        KeyFileError: not such a line, or the passphrase does not open it.
    """
    prefix, payload = _payload(text)
    if prefix == PUBLIC_PREFIX:
        raise KeyFileError("it is a public key; give the private one (.key)")
    if prefix == SECRET_PREFIX:
        return PrivateKey.of_seed(payload)
    salt, sealed = payload[:_SALT_BYTES], payload[_SALT_BYTES:]
    aead = ChaCha20Poly1305(derive(stretch(passphrase(), salt), b"key/protection"))
    try:
        return PrivateKey.of_seed(aead.decrypt(_NONCE, sealed, _PROTECTED_LABEL))
    except InvalidTag:
        raise KeyFileError("the passphrase does not open this key") from None


def _text(prefix: str, payload: bytes) -> str:
    return bech32.encode(prefix, bytes([KEY_VERSION]) + payload)


def _payload(text: str) -> tuple[str, bytes]:
    try:
        prefix, data = bech32.decode(text)
    except ValueError as error:
        raise KeyFileError(f"it is no sshr key: {error}") from None
    if prefix not in _LENGTHS:
        raise KeyFileError("it is no sshr key, but some other text with a checksum")
    if data[:1] != bytes([KEY_VERSION]):
        raise KeyFileError("the key is of another version; update sshr and retry")
    if len(data) != 1 + _LENGTHS[prefix]:
        raise KeyFileError(f"the key has {len(data)} bytes instead of {1 + _LENGTHS[prefix]}")
    return prefix, data[1:]


def _fingerprint(label: bytes, data: bytes) -> str:
    digits = derive(data, label)[:FINGERPRINT_BYTES].hex()
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))
