"""Recipient slots: the random file key, wrapped once for everyone who may open it.

A slot's key comes from all that its reader must have: the X25519 secret shared with a recipient,
the stretched passphrase, both, or only the reference. A reader derives the key for exactly what
was given, so a passphrase that plays no part in a stego is noticed rather than ignored.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sshr.crypto.curves import montgomery_fault
from sshr.crypto.keys import KEY_BYTES, VERSION_LABEL, Keys, derive
from sshr.crypto.stretching import Stretching
from sshr.errors import UsageError
from sshr.header.layout import SLOT_BYTES

NONCE = bytes(12)
_SLOT_LABEL = VERSION_LABEL + b"slot"


@dataclass(frozen=True)
class Slots:
    """An ephemeral X25519 public key (or 32 random bytes) and the slots, 48 bytes each."""

    ephemeral: bytes
    wrapped: tuple[bytes, ...]


def wrap(
    file_key: bytes,
    keys: Keys,
    reference_key: bytes,
    salt: bytes,
    random: Callable[[int], bytes],
    stretching: Stretching | None = None,
) -> Slots:
    """Wrap a file key for each recipient, or once where there are none.

    The number of slots is padded with random bytes to a power of two, their order is random.

    Args:
        stretching: of the passphrase under this salt, where it has been begun.

    Raises:
        UsageError: a recipient's public key is not a usable point, or only an identity is given.
    """
    stretched = (stretching or Stretching(keys.passphrase, salt)).key()
    recipients = tuple(dict.fromkeys(keys.recipients))
    if recipients:
        private = X25519PrivateKey.from_private_bytes(random(KEY_BYTES))
        ephemeral = private.public_key().public_bytes_raw()
        wrapping = []
        for recipient in recipients:
            shared = _exchange(private, recipient)
            if shared is None:
                raise UsageError(f"the recipient's public key {recipient.hex()} is not usable")
            wrapping.append(
                _slot_key(shared, stretched, reference_key, salt, ephemeral + recipient)
            )
    elif keys.identity is not None:
        raise UsageError(
            "a private key reveals but does not conceal; name a recipient's public key"
        )
    else:
        ephemeral = random(KEY_BYTES)
        wrapping = [_slot_key(None, stretched, reference_key, salt, b"")]
    slots = [ChaCha20Poly1305(key).encrypt(NONCE, file_key, _SLOT_LABEL) for key in wrapping]
    slots += [random(SLOT_BYTES) for _ in range(slot_count(keys) - len(slots))]
    shuffled = sorted((random(16), slot) for slot in slots)
    return Slots(ephemeral, tuple(slot for _, slot in shuffled))


def may_open(slots: Slots, keys: Keys) -> bool:
    """Whether it is worth while to try.

    Without an identity there is one slot: more would let a stego try one passphrase each.
    """
    return keys.identity is not None or len(slots.wrapped) == 1


def unwrap(
    slots: Slots,
    keys: Keys,
    reference_key: bytes,
    salt: bytes,
    stretching: Stretching | None = None,
) -> bytes | None:
    """The file key, if one of the slots opens with exactly these keys.

    Args:
        stretching: of the passphrase under this salt, where it has been begun.
    """
    if not may_open(slots, keys):
        return None
    stretched = (stretching or Stretching(keys.passphrase, salt)).key()
    shared, context = None, b""
    if keys.identity is not None:
        private = X25519PrivateKey.from_private_bytes(keys.identity)
        shared = _exchange(private, slots.ephemeral)
        if shared is None:
            return None
        context = slots.ephemeral + private.public_key().public_bytes_raw()
    aead = ChaCha20Poly1305(_slot_key(shared, stretched, reference_key, salt, context))
    for slot in slots.wrapped:
        try:
            return aead.decrypt(NONCE, slot, _SLOT_LABEL)
        except InvalidTag:
            continue
    return None


def slot_count(keys: Keys) -> int:
    """Slots in the stream of a sender with these keys: 1, 2, 4, 8 or 16."""
    return slots_for(len(dict.fromkeys(keys.recipients)))


def slots_for(recipients: int) -> int:
    """Slots in a stream for so many, none among them."""
    return 1 << (max(recipients, 1) - 1).bit_length()


def _exchange(private: X25519PrivateKey, public: bytes) -> bytes | None:
    """X25519 (RFC 7748), or None for a point of low order or with another writing than its own."""
    if montgomery_fault(public):
        return None
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return None


def _slot_key(
    shared: bytes | None,
    stretched: bytes | None,
    reference_key: bytes,
    salt: bytes,
    context: bytes,
) -> bytes:
    """The label names what is present, so no combination can stand in for another."""
    present = {b"recipient": shared, b"passphrase": stretched}
    parts = {name: part for name, part in present.items() if part is not None}
    if not parts:
        parts = {b"reference": reference_key}
    label = b"slot/" + b"+".join(parts) + b"/" + context
    return derive(b"".join(parts.values()), label, salt)
