"""Writing a header into a stego.

writer = HeaderWriter.start(reference, keys)
... a transport makes the stego with writer.session ...
stego = writer.write(KeyedDraft(samples), metadata)
"""

import dataclasses
import os
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES, Keys
from sshr.crypto.session import Session
from sshr.header.drafts import Draft
from sshr.header.layout import SALT_BYTES, Bucket
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader, open_header
from sshr.header.reference import ReferenceKey
from sshr.header.sample_mac import sample_mac
from sshr.header.signing import packed_length, signed
from sshr.header.slots import Slots, wrap
from sshr.header.stream import before_ciphertext, encode_stream
from sshr.types import Rgb8

Randomness = Callable[[int], bytes]
"""Gives so many random bytes, as `os.urandom`; anything else is for tests and measurements."""


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
        self._signer = signer
        self._written = False

    @classmethod
    def under(
        cls, reference_key: ReferenceKey, keys: Keys, random: Randomness = os.urandom
    ) -> "HeaderWriter":
        """`start` under a key that does not follow from the reference alone."""
        salt, file_key = random(SALT_BYTES), random(KEY_BYTES)
        writer = cls(reference_key, salt, file_key, None, keys.signer)
        writer.keys, writer.random = keys, random
        return writer

    @classmethod
    def start(cls, reference: Rgb8, keys: Keys, random: Randomness = os.urandom) -> "HeaderWriter":
        """Draw salt, file key and ephemeral key. Takes Argon2id's time if there is a passphrase.

        Args:
            reference: (H, W, 3) uint8 RGB.
            keys: passphrase, recipients and signer; an identity plays no part.

        Raises:
            UsageError: an unusable recipient, or an identity without any recipient.
        """
        return cls.under(ReferenceKey.of(reference), keys, random)

    @property
    def _slots(self) -> Slots:
        """Wrapped when they are first needed: a transport with a header of its own never does."""
        if self._made is None:
            key = self.reference_key.key
            self._made = wrap(self._file_key, self.keys, key, self._salt, self.random)
        return self._made

    def bucket(self, metadata: Metadata, ecc: bool = False) -> Bucket:
        """The sizes of the stream for this record; see `write`."""
        length = packed_length(metadata, self._signer is not None)
        return Bucket.holding(length, len(self._slots.wrapped), ecc)

    def write(self, draft: Draft, metadata: Metadata, ecc: bool = False) -> Rgb8:
        """The stego, (H, W, 3) uint8, with its header where the draft's carrier puts it.

        Args:
            draft: of the reference's size.
            metadata: its `sample_mac` is replaced by the true one.
            ecc: the header gets check bytes, so that it survives a few changed samples.

        Raises:
            TooSmallError: the header does not fit.
            ValueError: another size than the reference's, or samples that are not finite.
            RuntimeError: written before; the keys of a stego serve only once.
        """
        shape = self.reference_key.height, self.reference_key.width, 3
        if draft.shape != shape:
            raise ValueError(f"the stego is {draft.shape}, the reference {shape}")
        places = draft.carrier.locate(self.reference_key, self.bucket(metadata, ecc))
        settled = draft.settled(places)
        if self._written:
            raise RuntimeError("the keys of this stego have been used; start another")
        self._written = True
        code = sample_mac(self.session, settled, places)
        complete = dataclasses.replace(metadata, sample_mac=code)
        return draft.written(settled, places, self._bits(complete, ecc))

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

    def _bits(self, metadata: Metadata, ecc: bool) -> NDArray[np.uint8]:
        parts = self.reference_key, self._salt, self._slots
        if self._signer is not None:
            before = before_ciphertext(*parts, self.bucket(metadata, ecc))
            metadata = signed(metadata, self._signer, self.reference_key.key, before)
        stream = encode_stream(*parts, self.session, metadata.pack(), ecc)
        return np.unpackbits(np.frombuffer(stream, np.uint8))
