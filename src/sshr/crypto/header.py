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

import numpy as np
from cryptography.hazmat.primitives.constant_time import bytes_eq
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES, Keys
from sshr.crypto.layout import PREFIX_BITS, SALT_BYTES, Bucket, Layout, layout_for, prefix_group
from sshr.crypto.metadata import Metadata
from sshr.crypto.parity import read_parities, round_samples, write_parities
from sshr.crypto.prefix_repair import prefixes_near
from sshr.crypto.reference import ReferenceKey, belong_together, check_image
from sshr.crypto.session import Session
from sshr.crypto.sidestream import SideStream
from sshr.crypto.signing import packed_length, require_sender, signed, verified_sender
from sshr.crypto.slots import Slots, unwrap, wrap
from sshr.crypto.stream import (
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
from sshr.errors import DamagedError, MismatchError, NothingFoundError


@dataclass(frozen=True)
class Opened:
    """An opened header.

    Attributes:
        header: (H, W, 3) bool, which samples carry it.
        intact: whether no sample outside the header has changed, nor a bit of the header.
        parity: one sample of each header bit's group, by flat index: what the others need not be
            touched for (`Sending.parity_samples`).
        sender: raw Ed25519 public key of the verified signature, None without one.
    """

    session: Session
    metadata: Metadata
    header: NDArray[np.bool_]
    intact: bool
    parity: NDArray[np.int64]
    sender: bytes | None = None


class Sending:
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
    ) -> "Sending":
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

    def header_mask(self, metadata: Metadata) -> NDArray[np.bool_]:
        """Which samples (H, W, 3) the header with metadata of this length will take.

        Raises:
            TooSmallError: the reference cannot hold it.
        """
        positions = self._reference_key.positions(self._layout(metadata).used)
        return _mask((self._reference_key.height, self._reference_key.width, 3), positions)

    def parity_samples(self, metadata: Metadata) -> NDArray[np.int64]:
        """One sample of each header bit's group, by flat index.

        `write` moves these and no others if the picture it gets is exact everywhere but there,
        where it lies a little off the level, to the side on which it may move.

        Raises:
            TooSmallError: the reference cannot hold the header.
        """
        layout = self._layout(metadata)
        return _one_of_each(layout, self._reference_key.positions(layout.used))

    def write(
        self, unrounded: NDArray[np.floating], metadata: Metadata, side: SideStream = ()
    ) -> NDArray[np.uint8]:
        """Round the network's stego and write the side stream and the header into it.

        Args:
            unrounded: (H, W, 3) RGB of the reference's size in levels of 0..255, maybe outside.
            metadata: its `sample_mac` is replaced by the true one.
            side: bits of the tiles, beside the header.

        Returns:
            The stego, (H, W, 3) uint8: `unrounded` rounded, and moved by one further level in at
            most one sample per bit.

        Raises:
            TooSmallError: the header does not fit.
            ValueError: another size than the reference's, or samples that are not finite.
            RuntimeError: written before; the keys of a stego serve only once.
        """
        shape = (self._reference_key.height, self._reference_key.width, 3)
        if unrounded.shape != shape:
            raise ValueError(f"the stego is {unrounded.shape}, the reference {shape}")
        layout = self._layout(metadata)
        rounded = round_samples(unrounded)
        if self._written:
            raise RuntimeError("the keys of this stego have been used; start another")
        self._written = True
        positions = self._reference_key.positions(layout.used)
        if side:
            mask = _mask(shape, positions)
            for tile, data in side:
                tile.write(unrounded, rounded, mask, self.session, data)
        sample_mac = self.session.sample_mac(rounded, positions)
        packed = self._signed(dataclasses.replace(metadata, sample_mac=sample_mac)).pack()
        parts = self._reference_key, self._salt, self._slots, self.session
        stream = seal(*parts, packed, self._protected)
        bits = np.unpackbits(np.frombuffer(stream, np.uint8))
        samples, exact = rounded.reshape(-1), unrounded.reshape(-1)
        prefix, body = layout.groups(positions)
        samples = write_parities(exact, samples, prefix, bits[:PREFIX_BITS])
        samples = write_parities(exact, samples, body, bits[PREFIX_BITS:])
        return samples.reshape(shape)

    def reopen(self, stego: NDArray[np.uint8]) -> Opened:
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


def read_header(stego: NDArray[np.uint8], reference: NDArray[np.uint8], keys: Keys) -> Opened:
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
) -> Opened:
    check_image(stego)
    _check_size(stego, reference_key)
    samples = stego.reshape(-1)
    group = prefix_group(len(samples))
    if group * PREFIX_BITS > len(samples) // 2:
        raise NothingFoundError("the image is too small to hold anything")
    groups = reference_key.positions(group * PREFIX_BITS).reshape(-1, group)
    data = np.packbits(read_parities(samples, groups)).tobytes()
    prefix, (body, layout, positions) = _find_body(samples, reference_key, data)
    file_key = find_file_key(prefix.salt, body.slots)
    if file_key is None:
        raise wrong_key()
    session = Session.of(file_key, prefix.salt, reference_key.key)
    metadata = Metadata.unpack(open_metadata(session, body))
    sender = verified_sender(metadata, reference_key.key, body.before)
    intact = bytes_eq(metadata.sample_mac, session.sample_mac(stego, positions))
    intact = intact and prefix.masked == data and not body.repaired
    mask = _mask(stego.shape, positions)
    return Opened(session, metadata, mask, intact, _one_of_each(layout, positions), sender)


def _find_body(
    samples: NDArray[np.uint8], reference_key: ReferenceKey, data: bytes
) -> tuple[Prefix, tuple[Body, Layout, NDArray[np.int64]]]:
    """What follows the prefix's 27 bytes, which may have to be repaired."""
    try:
        prefix = open_prefix(reference_key, data)
        return prefix, _read_body(samples, reference_key, prefix)
    except (NothingFoundError, DamagedError):
        for prefix in prefixes_near(reference_key, data):
            try:
                return prefix, _read_body(samples, reference_key, prefix)
            except DamagedError:
                continue
        raise


def _read_body(
    samples: NDArray[np.uint8], reference_key: ReferenceKey, prefix: Prefix
) -> tuple[Body, Layout, NDArray[np.int64]]:
    """The body with its layout and the positions of the whole header."""
    layout = Layout.fitting(len(samples), prefix.bucket)
    if layout is None:
        raise damaged()
    positions = reference_key.positions(layout.used)
    _, groups = layout.groups(positions)
    data = np.packbits(read_parities(samples, groups)).tobytes()
    return open_body(reference_key, prefix, data), layout, positions


def _one_of_each(layout: Layout, positions: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([group[:, -1] for group in layout.groups(positions)])


def _mask(shape: tuple[int, ...], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    mask.reshape(-1)[positions] = True
    return mask
