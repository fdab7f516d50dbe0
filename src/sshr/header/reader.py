"""Reading the header of a stego: the checks in their order."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from cryptography.hazmat.primitives.constant_time import bytes_eq
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.crypto.session import Session
from sshr.crypto.stretching import Stretching
from sshr.errors import DamagedError, MismatchError, NothingFoundError, TooSmallError
from sshr.files.names import shown
from sshr.header.carriers import CARRIERS, HeaderCarrier, HeaderGroups, read_bits
from sshr.header.metadata import Metadata
from sshr.header.prefix_repair import prefixes_near
from sshr.header.reference import ReferenceKey, belong_together, check_image
from sshr.header.seal import opened_seal, sample_digest
from sshr.header.signing import STEGO, check_signature, require_sender
from sshr.header.slots import Slots, may_open, unwrap
from sshr.header.stream import (
    Body,
    Prefix,
    commitment,
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
        intact: whether no sample has changed.
        groups: the samples that carry the header, by its bits.
        sender: raw Ed25519 public key of the verified signature; None without one, or if the stego
            is not intact: then nobody vouches for it.
    """

    session: Session
    metadata: Metadata
    header: NDArray[np.bool_]
    intact: bool
    groups: HeaderGroups
    sender: bytes | None = None

    @property
    def note(self) -> str:
        """What the sender says of the stego, on one printable line; signed if `sender` is there."""
        return shown(self.metadata.note.decode())


def read_header(stego: NDArray[np.uint8], reference: NDArray[np.uint8], keys: Keys) -> OpenedHeader:
    """Open a stego's header. The checks run in the order of the errors below.

    Args:
        stego, reference: (H, W, 3) uint8 RGB.
        keys: exactly what the sender used: passphrase, identity of a recipient, both or neither.

    Raises:
        MismatchError: the sizes differ, or the PSNR is below 30 dB.
        NothingFoundError: no header for this reference.
        NewerVersionError: a version to come has written it.
        DamagedError: the header has been changed, or its metadata makes no sense; or any sample
            has, and `keys.sender` asks for somebody to vouch for it.
        WrongKeyError: the header is intact, but the keys do not open it.
        SignatureError: the signature is not valid, or not that of `keys.sender`.
    """
    return find_header(stego, reference, keys).opened()


@dataclass(frozen=True)
class ClosedHeader:
    """A header that is there, and that its reader's keys have yet to open.

    Attributes:
        stretching: of the passphrase under the header's salt.
    """

    stego: NDArray[np.uint8] = field(repr=False)
    reference_key: ReferenceKey
    keys: Keys
    found: "_Found" = field(repr=False)
    stretching: Stretching = field(repr=False)

    @property
    def carrier(self) -> HeaderCarrier:
        """Where it lies."""
        return self.found.carrier

    def begin(self) -> None:
        """Start Argon2id, if the keys may open this header, in a thread of its own."""
        if may_open(self.found.body.slots, self.keys):
            self.stretching.begin()

    def opened(self) -> OpenedHeader:
        """See `read_header`.

        Raises:
            DamagedError, WrongKeyError, SignatureError: as there.
        """

        def file_key(salt: bytes, slots: Slots) -> bytes | None:
            return unwrap(slots, self.keys, self.reference_key.key, salt, self.stretching)

        opened = _opened(self.stego, self.reference_key, self.found, file_key)
        require_sender(opened.sender, self.keys.sender, opened.intact)
        return opened


def find_header(stego: NDArray[np.uint8], reference: NDArray[np.uint8], keys: Keys) -> ClosedHeader:
    """The first half of `read_header`, which needs no key.

    Raises:
        MismatchError, NothingFoundError, NewerVersionError, DamagedError: as there.
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
    found = _find(stego.reshape(-1), reference_key)
    stretching = Stretching(keys.passphrase, found.prefix.salt)
    return ClosedHeader(stego, reference_key, keys, found, stretching)


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
        MismatchError, NothingFoundError, NewerVersionError, DamagedError, WrongKeyError,
            SignatureError: as `read_header`.
    """
    check_image(stego)
    _check_size(stego, reference_key)
    return _opened(stego, reference_key, _find(stego.reshape(-1), reference_key), find_file_key)


def _opened(
    stego: NDArray[np.uint8],
    reference_key: ReferenceKey,
    found: "_Found",
    find_file_key: Callable[[bytes, Slots], bytes | None],
) -> OpenedHeader:
    samples = stego.reshape(-1)
    prefix, groups, body = found.prefix, found.groups, found.body
    file_key = find_file_key(prefix.salt, body.slots)
    if file_key is None or not bytes_eq(commitment(file_key, prefix.salt), body.commitment):
        raise wrong_key()
    session = Session.of(file_key, prefix.salt, reference_key.key)
    packed = open_metadata(session, body)
    metadata = Metadata.unpack(packed)
    if bool(metadata.signer) != prefix.bucket.signed:
        raise damaged()
    digest = sample_digest(session, stego.shape, found.carrier.unsealed(samples, groups))
    signature = opened_seal(session, digest, found.carrier.read_seal(samples, groups))
    sender = None
    if signature:
        sender = metadata.signer
        check_signature(sender, signature, STEGO, reference_key.key, body.before, packed, digest)
    mask = _mask(stego.shape, groups.places)
    return OpenedHeader(session, metadata, mask, signature is not None, groups, sender)


@dataclass(frozen=True)
class _Found:
    """A header that nobody has opened yet."""

    carrier: HeaderCarrier
    prefix: Prefix
    groups: HeaderGroups
    body: Body


def _find(samples: NDArray[np.uint8], reference_key: ReferenceKey) -> _Found:
    """The header in whichever carrier holds one; a few changed bits are put right."""
    failure: NothingFoundError | DamagedError | None = None
    read = []
    for carrier in CARRIERS:
        places = carrier.prefix(reference_key)
        if places is None:
            continue
        data = read_bits(samples, places)
        read.append((carrier, data))
        try:
            return _body(samples, reference_key, carrier, open_prefix(reference_key, data))
        except DamagedError as error:  # its salt is right, so the header is nowhere else
            failure, read = error, [(carrier, data)]
            break
        except NothingFoundError as error:
            failure = error
    for carrier, data in read:
        for prefix in prefixes_near(reference_key, data):
            try:
                return _body(samples, reference_key, carrier, prefix)
            except DamagedError:
                continue
    raise failure or NothingFoundError("the image is too small to hold anything")


def _body(
    samples: NDArray[np.uint8], reference_key: ReferenceKey, carrier: HeaderCarrier, prefix: Prefix
) -> _Found:
    try:
        groups = carrier.locate(reference_key, prefix.bucket)
    except TooSmallError:
        raise damaged() from None
    body = open_body(reference_key, prefix, read_bits(samples, groups.body))
    return _Found(carrier, prefix, groups, body)


def _mask(shape: tuple[int, ...], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    mask.reshape(-1)[positions] = True
    return mask
