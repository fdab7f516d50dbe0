"""The header in the image: what a sender writes into a stego and a receiver reads from it.

sending = Sending.start(reference, keys)
... the network makes the stego with sending.session ...
stego = sending.write(unrounded, metadata)
opened = read_header(stego, reference, keys)
"""

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives.constant_time import bytes_eq
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES, Keys
from sshr.crypto.session import Session
from sshr.errors import DamagedError, MismatchError, NothingFoundError
from sshr.header.carriers import (
    CARRIERS,
    Bits,
    HeaderCarrier,
    check_trailing,
    trailing_places,
)
from sshr.header.layout import PREFIX_BITS, SALT_BYTES, Bucket, Layout, layout_for
from sshr.header.metadata import Metadata
from sshr.header.parity import round_samples, write_parities
from sshr.header.prefix_repair import prefixes_near
from sshr.header.reference import ReferenceKey, belong_together, check_image
from sshr.header.sample_mac import sample_mac
from sshr.header.signing import packed_length, require_sender, signed, verified_sender
from sshr.header.slots import Slots, unwrap, wrap
from sshr.header.stream import (
    Body,
    Prefix,
    before_ciphertext,
    damaged,
    open_body,
    open_metadata,
    open_prefix,
    seal,
    wrong_key,
)


class Rounding(Protocol):
    """Rounds a picture before the header's bits are known, and again at its end with them."""

    def round(self, tail: int) -> NDArray[np.uint8]:
        """(H, W, 3); the last `tail` samples are not final."""

    def finish(self, bits: NDArray[np.uint8], each: int) -> NDArray[np.uint8]:
        """The same with these bits, each in the lowest bits of so many samples, the last first."""


@dataclass(frozen=True)
class OpenedHeader:
    """An opened header.

    Attributes:
        header: (H, W, 3) bool, which samples carry it.
        intact: whether no sample outside the header has changed, nor a bit of the header.
        parity: one sample of each header bit's group, by flat index: what the others need not be
            touched for (`HeaderWriter.parity_samples`).
        sender: raw Ed25519 public key of the verified signature, None without one.
    """

    session: Session
    metadata: Metadata
    header: NDArray[np.bool_]
    intact: bool
    parity: NDArray[np.int64]
    sender: bytes | None = None


class HeaderWriter:
    """A sender's side of one stego; its keys are drawn at `start` and serve one `write`.

    Attributes:
        session: known before the stego exists, since the keyed mix needs it.
    """

    def __init__(
        self,
        reference_key: ReferenceKey,
        salt: bytes,
        file_key: bytes,
        slots: Slots,
        signer: bytes | None = None,
        protected: bool = False,
    ) -> None:
        self.session = Session.of(file_key, salt, reference_key.key)
        self._reference_key = reference_key
        self._salt = salt
        self._file_key = file_key
        self._slots = slots
        self._signer = signer
        self._protected = protected
        self._written = False

    @classmethod
    def start(
        cls,
        reference: NDArray[np.uint8],
        keys: Keys,
        random: Callable[[int], bytes] = os.urandom,
        *,
        protected: bool = False,
    ) -> "HeaderWriter":
        """Draw salt, file key and ephemeral key. Takes Argon2id's time if there is a passphrase.

        Args:
            reference: (H, W, 3) uint8 RGB.
            keys: passphrase, recipients and signer; an identity plays no part.
            random: gives so many random bytes; anything but the default is for tests.
            protected: the header gets check bytes, so that it survives a few changed samples.

        Raises:
            UsageError: an unusable recipient, or an identity without any recipient.
        """
        reference_key = ReferenceKey.of(reference)
        salt, file_key = random(SALT_BYTES), random(KEY_BYTES)
        slots = wrap(file_key, keys, reference_key.key, salt, random)
        return cls(reference_key, salt, file_key, slots, keys.signer, protected)

    def parity_samples(self, metadata: Metadata) -> NDArray[np.int64]:
        """One sample of each header bit's group, by flat index.

        `write` moves these and no others if the picture it gets is exact everywhere but there,
        where it lies a little off the level, to the side on which it may move.

        Raises:
            TooSmallError: the reference cannot hold the header.
        """
        layout = self._layout(metadata)
        return _one_of_each(layout, self._reference_key.positions(layout.used))

    def write(self, unrounded: NDArray[np.floating], metadata: Metadata) -> NDArray[np.uint8]:
        """Round a stego and write the header into parities of its samples.

        Args:
            unrounded: (H, W, 3) RGB of the reference's size in levels of 0..255, maybe outside.
            metadata: its `sample_mac` is replaced by the true one.

        Returns:
            The stego, (H, W, 3) uint8: `unrounded` rounded, and moved by one further level in at
            most one sample per bit.

        Raises:
            TooSmallError: the header does not fit.
            ValueError: another size than the reference's, or samples that are not finite.
            RuntimeError: written before; the keys of a stego serve only once.
        """
        shape = self._shape
        if unrounded.shape != shape:
            raise ValueError(f"the stego is {unrounded.shape}, the reference {shape}")
        layout = self._layout(metadata)
        rounded = round_samples(unrounded)
        self._use()
        positions = self._reference_key.positions(layout.used)
        bits = self._bits(rounded, positions, metadata)
        samples, exact = rounded.reshape(-1), unrounded.reshape(-1)
        prefix, body = layout.groups(positions)
        samples = write_parities(exact, samples, prefix, bits[:PREFIX_BITS])
        samples = write_parities(exact, samples, body, bits[PREFIX_BITS:])
        return samples.reshape(shape)

    def write_trailing(self, rounding: Rounding, metadata: Metadata) -> NDArray[np.uint8]:
        """Round a stego with the header in the lowest bits of its last samples.

        Args:
            rounding: of a stego of the reference's size.
            metadata: its `sample_mac` is replaced by the true one.

        Returns:
            The stego, (H, W, 3) uint8.

        Raises:
            TooSmallError: the header does not fit.
            RuntimeError: written before; the keys of a stego serve only once.
        """
        height, width, _ = self._shape
        count = check_trailing(height, width, self._bucket(metadata))
        places = trailing_places(3 * height * width, count)
        rounded = rounding.round(len(places))
        self._use()
        return rounding.finish(self._bits(rounded, places, metadata), len(places) // count)

    def _use(self) -> None:
        if self._written:
            raise RuntimeError("the keys of this stego have been used; start another")
        self._written = True

    def _bits(
        self, rounded: NDArray[np.uint8], places: NDArray[np.int64], metadata: Metadata
    ) -> NDArray[np.uint8]:
        """The header's bits, with the MAC over all samples but those at `places`."""
        code = sample_mac(self.session, rounded, places)
        packed = self._signed(dataclasses.replace(metadata, sample_mac=code)).pack()
        parts = self._reference_key, self._salt, self._slots, self.session
        stream = seal(*parts, packed, self._protected)
        return np.unpackbits(np.frombuffer(stream, np.uint8))

    @property
    def _shape(self) -> tuple[int, int, int]:
        return self._reference_key.height, self._reference_key.width, 3

    def reopen(self, stego: NDArray[np.uint8]) -> OpenedHeader:
        """Read a written stego back as its sender, who may hold no key that opens it.

        Args:
            stego: (H, W, 3) uint8 RGB, as decoded from the file.

        Raises:
            MismatchError, NothingFoundError, DamagedError: as `read_header`.
        """

        def file_key(salt: bytes, slots: Slots) -> bytes | None:
            return self._file_key if slots == self._slots else None

        return _read(stego, self._reference_key, file_key)

    def _signed(self, metadata: Metadata) -> Metadata:
        if self._signer is None:
            return metadata
        before = before_ciphertext(
            self._reference_key, self._salt, self._slots, self._bucket(metadata)
        )
        return signed(metadata, self._signer, self._reference_key.key, before)

    def _bucket(self, metadata: Metadata) -> Bucket:
        length = packed_length(metadata, self._signer is not None)
        return Bucket.holding(length, len(self._slots.wrapped), self._protected)

    def _layout(self, metadata: Metadata) -> Layout:
        height, width = self._reference_key.height, self._reference_key.width
        return layout_for(height, width, self._bucket(metadata))


def read_header(stego: NDArray[np.uint8], reference: NDArray[np.uint8], keys: Keys) -> OpenedHeader:
    """Open a stego's header. The checks run in the order of the errors below.

    Args:
        stego, reference: (H, W, 3) uint8 RGB.
        keys: exactly what the sender used: passphrase, identity of a recipient, both or neither.

    Raises:
        MismatchError: the sizes differ, or the PSNR is below 30 dB.
        NothingFoundError: no header for this reference.
        DamagedError: the header has been changed, or its metadata makes no sense.
        WrongKeyError: the header is intact, but the keys do not open it.
        SignatureError: the metadata carry a signature that is not valid, or not that of
            `keys.sender`.
    """
    check_image(stego)
    check_image(reference)
    reference_key = ReferenceKey.of(reference)
    _check_size(stego, reference_key)
    if not belong_together(stego, reference):
        raise MismatchError(
            "stego and reference are different pictures (PSNR below 30 dB); "
            "use the reference that the sender used"
        )

    def file_key(salt: bytes, slots: Slots) -> bytes | None:
        return unwrap(slots, keys, reference_key.key, salt)

    opened = _read(stego, reference_key, file_key)
    require_sender(opened.sender, keys.sender)
    return opened


def _check_size(stego: NDArray[np.uint8], reference_key: ReferenceKey) -> None:
    height, width, _ = stego.shape
    if (height, width) != (reference_key.height, reference_key.width):
        raise MismatchError(
            f"the stego is {width}x{height} px but the reference is "
            f"{reference_key.width}x{reference_key.height} px; use the sender's reference"
        )


def _read(
    stego: NDArray[np.uint8],
    reference_key: ReferenceKey,
    find_file_key: Callable[[bytes, Slots], bytes | None],
) -> OpenedHeader:
    check_image(stego)
    _check_size(stego, reference_key)
    prefix, bits, body = _find(stego.reshape(-1), reference_key)
    file_key = find_file_key(prefix.salt, body.slots)
    if file_key is None:
        raise wrong_key()
    session = Session.of(file_key, prefix.salt, reference_key.key)
    metadata = Metadata.unpack(open_metadata(session, body))
    sender = verified_sender(metadata, reference_key.key, body.before)
    intact = bytes_eq(metadata.sample_mac, sample_mac(session, stego, bits.places))
    intact = intact and prefix.whole and not body.repaired
    mask = _mask(stego.shape, bits.places)
    return OpenedHeader(session, metadata, mask, intact, bits.one_of_each, sender)


def _find(samples: NDArray[np.uint8], reference_key: ReferenceKey) -> tuple[Prefix, Bits, Body]:
    """The header in whichever carrier holds one; a few changed bits are put right."""
    failure: NothingFoundError | DamagedError | None = None
    found = [(carrier, carrier.prefix(samples, reference_key)) for carrier in CARRIERS]
    read = [(carrier, data) for carrier, data in found if data is not None]
    for carrier, data in read:
        try:
            return _body(samples, reference_key, carrier, open_prefix(reference_key, data))
        except DamagedError as error:
            failure = error
        except NothingFoundError as error:
            failure = failure or error
    for carrier, data in read:
        for prefix in prefixes_near(reference_key, data):
            try:
                return _body(samples, reference_key, carrier, prefix)
            except DamagedError:
                continue
    raise failure or NothingFoundError("the image is too small to hold anything")


def _body(
    samples: NDArray[np.uint8], reference_key: ReferenceKey, carrier: HeaderCarrier, prefix: Prefix
) -> tuple[Prefix, Bits, Body]:
    bits = carrier.body(samples, reference_key, prefix.bucket)
    if bits is None:
        raise damaged()
    return prefix, bits, open_body(reference_key, prefix, bits.body)


def _one_of_each(layout: Layout, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([group[:, -1] for group in layout.groups(positions)])


def _mask(shape: tuple[int, ...], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    mask.reshape(-1)[positions] = True
    return mask
