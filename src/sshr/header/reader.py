"""Reading the header of a stego: the checks in their order."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.constant_time import bytes_eq
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.crypto.session import Session
from sshr.errors import DamagedError, MismatchError, NothingFoundError
from sshr.header.carriers import CARRIERS, Bits, HeaderCarrier
from sshr.header.metadata import Metadata
from sshr.header.prefix_repair import prefixes_near
from sshr.header.reference import ReferenceKey, belong_together, check_image
from sshr.header.sample_mac import sample_mac
from sshr.header.signing import require_sender, verified_sender
from sshr.header.slots import Slots, unwrap
from sshr.header.stream import (
    Body,
    Prefix,
    damaged,
    open_body,
    open_metadata,
    open_prefix,
    wrong_key,
)


@dataclass(frozen=True)
class OpenedHeader:
    """An opened header.

    Attributes:
        header: (H, W, 3) bool, which samples carry it.
        intact: whether no sample outside the header has changed, nor a bit of the header.
        places: flat indices of these samples, in the order of the header's bits.
        sender: raw Ed25519 public key of the verified signature, None without one.
    """

    session: Session
    metadata: Metadata
    header: NDArray[np.bool_]
    intact: bool
    places: NDArray[np.int64]
    sender: bytes | None = None


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

    opened = open_header(stego, reference_key, file_key)
    require_sender(opened.sender, keys.sender)
    return opened


def _check_size(stego: NDArray[np.uint8], reference_key: ReferenceKey) -> None:
    height, width, _ = stego.shape
    if (height, width) != (reference_key.height, reference_key.width):
        raise MismatchError(
            f"the stego is {width}x{height} px but the reference is "
            f"{reference_key.width}x{reference_key.height} px; use the sender's reference"
        )


def open_header(
    stego: NDArray[np.uint8],
    reference_key: ReferenceKey,
    find_file_key: Callable[[bytes, Slots], bytes | None],
) -> OpenedHeader:
    """Open a header with the file key that is found for its salt and slots.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError, SignatureError: as
            `read_header`.
    """
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
    return OpenedHeader(session, metadata, mask, intact, bits.places, sender)


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


def _mask(shape: tuple[int, ...], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    mask.reshape(-1)[positions] = True
    return mask
