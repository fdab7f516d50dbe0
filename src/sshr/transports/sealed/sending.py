"""The sender's side: which bytes stand for a secret, and how loud the noise must be for them."""

from sshr.errors import TooSmallError, UsageError
from sshr.header.carriers import KeyedCarrier
from sshr.header.metadata import CHECKPOINT_ID_BYTES, Metadata, SecretMode
from sshr.header.writer import HeaderWriter
from sshr.imaging.reading import Picture
from sshr.progress import Progress
from sshr.transports.cover import Cover
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import EmbedResult
from sshr.transports.sealed.capacity import Capacity
from sshr.transports.sealed.codecs import (
    fitting,
    is_large,
    lossless,
    lossless_bytes,
    reaching,
)
from sshr.transports.sealed.embedding import embed, side_info_bytes
from sshr.transports.sealed.noise_model import NoiseModel
from sshr.transports.sealed.options import CODE, MIN_STEGO_PSNR, SealedOptions
from sshr.transports.sealed.padding import padded, room_in
from sshr.transports.sealed.record import Encoded, overhead, pack_bytes, pack_picture
from sshr.transports.secret import Secret, kind_of

AUTO_DB = 41.0
"""Stego PSNR under which `auto` does not go, unless it is asked to."""


def send(
    secret: Secret,
    cover: Cover,
    header: HeaderWriter,
    options: SealedOptions,
    progress: Progress,
) -> EmbedResult:
    """See `Transport.embed`.

    Raises:
        TooSmallError: the secret does not fit; the message says what would.
    """
    metadata = metadata_for(secret, options)
    model = NoiseModel(cover.samples, options.kind_of_noise)
    bucket = header.bucket(metadata, options.ecc)
    capacity = Capacity(model, KeyedCarrier().locate(header.reference_key, bucket).places)
    progress("encoding", 0, 1)
    encoded = encode(secret, options, capacity)
    progress("encoding", 1, 1)
    loudest = capacity.base_for_psnr(options.stego_psnr or MIN_STEGO_PSNR)
    base = loudest
    if options.stego_psnr is None:
        base = min(capacity.base_to_try(len(encoded.record)), loudest)
    progress("concealing", 0, 1)
    samples = embed(kind_of(secret), encoded.record, model, header, metadata, base, options.ecc)
    progress("concealing", 1, 1)
    if samples is None:
        raise _too_big(len(encoded.record), capacity, options)
    notes = tuple(f"secret: {note}" for note in getattr(secret, "notes", ()))
    return EmbedResult(
        samples=samples,
        notes=(*encoded.notes, *notes, *notes_on_reference(cover.picture)),
        carried=secret.size if isinstance(secret, Picture) else None,
        payload_bytes=len(encoded.record),
    )


def metadata_for(secret: Secret | None, options: SealedOptions) -> Metadata:
    """The record, as long as it will be; its side information is still to come."""
    height, width = secret.size if isinstance(secret, Picture) else (1, 1)
    grey = isinstance(secret, Picture) and secret.greyscale
    return Metadata(
        checkpoint_id=bytes(CHECKPOINT_ID_BYTES),
        secret_width=width,
        secret_height=height,
        transport=CODE,
        secret_mode=SecretMode.GREYSCALE if grey else SecretMode.RGB,
        side_info=bytes(side_info_bytes(options.ecc)),
    )


def encode(secret: Secret, options: SealedOptions, capacity: Capacity) -> Encoded:
    """The record of a secret, as long as its class and no longer than what fits.

    Raises:
        TooSmallError: see `send`.
    """
    if isinstance(secret, Picture):
        room = capacity.bytes_at(capacity.base_for_psnr(options.stego_psnr or AUTO_DB))
        encoded = _encode_picture(secret, options, room)
    else:
        if options.quality != "auto":
            raise UsageError("quality is for pictures; files and texts come back as they are")
        encoded = Encoded(padded(pack_bytes(secret.kind, secret.name, secret.data)))
    loudest = capacity.base_for_psnr(options.stego_psnr or MIN_STEGO_PSNR)
    if len(encoded.record) > capacity.bytes_at(loudest):
        raise _too_big(len(encoded.record), capacity, options)
    return encoded


def _encode_picture(secret: Picture, options: SealedOptions, room: int) -> Encoded:
    name, room = "" if secret.path is None else secret.path.name, room_in(room)
    picture = secret.rgb[..., 0] if secret.greyscale else secret.rgb
    if options.target_psnr is not None:
        coded = reaching(picture, options.target_psnr)
        return Encoded(padded(pack_picture(name, coded)), coded)
    if is_large(picture) and options.quality == "auto":
        whole, about = lossless_bytes(picture), "about "
    else:
        record = padded(pack_picture(name, lossless(picture)))
        if options.quality == "lossless" or len(record) <= room:
            return Encoded(record)
        whole, about = len(record), ""
    fitted = fitting(picture, room - overhead(name), whole)
    if fitted is None:
        raise TooSmallError(
            f"the secret does not fit the reference: {max(room, 0)} bytes are too few for any "
            "picture of its size; take a larger reference, a smaller secret or a lower stego PSNR"
        )
    if fitted.picture is None:
        return Encoded(padded(pack_picture(name, fitted)))
    note = f"lossless would take {about}{whole} bytes; {room} fit"
    if whole <= room:  # it was about as much
        note = f"lossless would take more than the {room} bytes that fit"
    return Encoded(padded(pack_picture(name, fitted)), fitted, (note,))


def _too_big(size: int, capacity: Capacity, options: SealedOptions) -> TooSmallError:
    floor = options.stego_psnr or MIN_STEGO_PSNR
    room = capacity.bytes_at(capacity.base_for_psnr(floor))
    need = capacity.base_for_bytes(size)
    hint = "take a larger reference"
    if capacity.bytes_at(need) >= size and capacity.psnr(need) >= MIN_STEGO_PSNR:
        hint = f"it fits at a stego PSNR of {capacity.psnr(need) - 0.05:.1f} dB"
    return TooSmallError(
        f"the secret takes {size} bytes and {room} fit this reference at {floor:g} dB; {hint}"
    )
