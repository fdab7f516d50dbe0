"""Writing a header into a stego.

writer = HeaderWriter.start(reference, keys)
... a transport makes the stego with writer.session ...
stego = writer.write(KeyedDraft(samples), metadata)
"""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES, Keys
from sshr.crypto.session import Session
from sshr.crypto.signature import public_of, signature_of
from sshr.crypto.stretching import Stretching
from sshr.header.drafts import Draft
from sshr.header.layout import SALT_BYTES, Bucket
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader, open_header
from sshr.header.reference import ReferenceKey
from sshr.header.seal import make_seal, sample_digest
from sshr.header.signing import STEGO
from sshr.header.slots import Slots, slots_for, wrap
from sshr.header.stream import before_ciphertext, encode_stream
from sshr.types import Rgb8

Randomness = Callable[[int], bytes]
"""Gives so many random bytes, as `os.urandom`; anything else is for tests and measurements."""


def bucket_for(metadata: Metadata, recipients: int, is_signed: bool, ecc: bool) -> Bucket:
    """What `HeaderWriter.bucket` will be, for whoever has no keys yet.

    Args:
        metadata: with the sender's note if there is one.
    """
    signer = bytes(KEY_BYTES) if is_signed else b""
    length = len(replace(metadata, signer=signer).pack())
    return Bucket.holding(length, slots_for(recipients), ecc, is_signed)


class FreshKeys:
    """Salt and file key of one stego, and its sender's passphrase under that salt.

    They depend on no picture, so Argon2id may run before there is one.

    Attributes:
        keys: of the sender.
        random: what else is drawn comes from here.
        salt: 16 bytes.
        file_key: 32 bytes.
        stretching: of the passphrase; whoever knows that it will be needed may begin it.
    """

    def __init__(self, keys: Keys, random: Randomness = os.urandom) -> None:
        self.keys, self.random = keys, random
        self.salt, self.file_key = random(SALT_BYTES), random(KEY_BYTES)
        self.stretching = Stretching(keys.passphrase, self.salt)


class HeaderWriter:
    """A sender's side of one stego; its keys are drawn at `start` and serve one `write`.

    Attributes:
        session: known before the stego exists, since the keyed mix needs it.
        reference_key: of the reference.
    """

    def __init__(
        self,
        reference_key: ReferenceKey,
        salt: bytes,
        file_key: bytes,
        slots: Slots | None,
        signer: bytes | None = None,
    ) -> None:
        self.session = Session.of(file_key, salt, reference_key.key)
        self.reference_key = reference_key
        self._salt = salt
        self._file_key = file_key
        self._made = slots
        self.keys, self.random = Keys(reference_alone=True), os.urandom
        self._stretching: Stretching | None = None
        self._signer = signer
        self._written = False

    @classmethod
    def under(
        cls, reference_key: ReferenceKey, keys: Keys, random: Randomness = os.urandom
    ) -> "HeaderWriter":
        """`start` under a key that does not follow from the reference alone."""
        return cls.of(reference_key, FreshKeys(keys, random))

    @classmethod
    def of(cls, reference_key: ReferenceKey, fresh: FreshKeys) -> "HeaderWriter":
        """`start` with what has been drawn before; it serves this writer alone."""
        writer = cls(reference_key, fresh.salt, fresh.file_key, None, fresh.keys.signer)
        writer.keys, writer.random = fresh.keys, fresh.random
        writer._stretching = fresh.stretching
        return writer

    @classmethod
    def start(cls, reference: Rgb8, keys: Keys, random: Randomness = os.urandom) -> "HeaderWriter":
        """Draw salt, file key and ephemeral key. Takes Argon2id's time if there is a passphrase.

        Args:
            reference: (H, W, 3) uint8 RGB.
            keys: passphrase, recipients, signer and note; an identity plays no part.

        Raises:
            UsageError: an unusable recipient, or an identity without any recipient.
        """
        return cls.under(ReferenceKey.of(reference), keys, random)

    @property
    def _slots(self) -> Slots:
        """Wrapped when they are first needed: a transport with a header of its own never does."""
        if self._made is None:
            key = self.reference_key.key
            known = self._file_key, self.keys, key, self._salt, self.random
            self._made = wrap(*known, self._stretching)
        return self._made

    def bucket(self, metadata: Metadata, ecc: bool = False) -> Bucket:
        """The sizes of the stream for this record; see `write`."""
        length, slots = len(self._complete(metadata).pack()), len(self._slots.wrapped)
        return Bucket.holding(length, slots, ecc, self._signer is not None)

    def _complete(self, metadata: Metadata) -> Metadata:
        """The record with what it says of its sender."""
        signer = b"" if self._signer is None else public_of(self._signer)
        return replace(metadata, signer=signer, note=self.keys.note.encode())

    def write(self, draft: Draft, metadata: Metadata, ecc: bool = False) -> Rgb8:
        """The stego, (H, W, 3) uint8, with its header where the draft's carrier puts it.

        Args:
            draft: of the reference's size.
            metadata: its `signer` and `note` are replaced by those of this sender.
            ecc: the header gets check bytes, so that it survives a few changed samples.

        Raises:
            TooSmallError: the header does not fit.
            ValueError: another size than the reference's, or samples that are not finite.
            RuntimeError: written before; the keys of a stego serve only once.
        """
        shape = self.reference_key.height, self.reference_key.width, 3
        if draft.shape != shape:
            raise ValueError(f"the stego is {draft.shape}, the reference {shape}")
        bucket = self.bucket(metadata, ecc)
        groups = draft.carrier.locate(self.reference_key, bucket)
        if self._written:
            raise RuntimeError("the keys of this stego have been used; start another")
        packed = self._complete(metadata).pack()
        before = before_ciphertext(
            self.reference_key, self._salt, self._slots, bucket, self._file_key
        )
        stream = encode_stream(self.reference_key, before, bucket, self.session, packed)
        settled = draft.settled(groups, _bits(stream))
        self._written = True
        unsealed = draft.carrier.unsealed(settled.reshape(-1), groups)
        digest = sample_digest(self.session, shape, unsealed)
        signature = b""
        if self._signer is not None:
            signed = self.reference_key.key, before, packed, digest
            signature = signature_of(self._signer, STEGO, *signed)
        return draft.sealed(settled, groups, _bits(make_seal(self.session, digest, signature)))

    def reopen(self, stego: Rgb8) -> OpenedHeader:
        """Read a written stego back as its sender, who may hold no key that opens it.

        Args:
            stego: (H, W, 3) uint8 RGB, as decoded from the file.

        Raises:
            MismatchError, NothingFoundError, DamagedError: as `read_header`.
        """

        def file_key(salt: bytes, slots: Slots) -> bytes | None:
            return self._file_key if slots == self._slots else None

        return open_header(stego, self.reference_key, file_key)


def _bits(data: bytes) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(data, np.uint8))
