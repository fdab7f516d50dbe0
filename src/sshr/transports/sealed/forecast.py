"""What fits a reference in the sealed transport, and what a secret would take of it."""

from dataclasses import replace

from sshr.header.carriers import KeyedCarrier
from sshr.header.reference import ReferenceKey
from sshr.header.writer import bucket_for
from sshr.imaging.reading import Picture
from sshr.transports.cover import Cover
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import Forecast
from sshr.transports.sealed.capacity import Capacity
from sshr.transports.sealed.noise_model import NoiseModel
from sshr.transports.sealed.options import SealedOptions
from sshr.transports.sealed.padding import room_in
from sshr.transports.sealed.record import overhead
from sshr.transports.sealed.sending import encode, metadata_for
from sshr.transports.secret import Secret

FORECAST_DB = (38, 41, 44, 46, 50)


def forecast(
    secret: Secret | None,
    cover: Cover,
    recipients: int,
    signed: bool,
    options: SealedOptions,
) -> Forecast:
    """See `Transport.expect`; of a secret its bytes, and the PSNR of a stego that holds them.

    Raises:
        TooSmallError: the reference cannot hold the header, or the secret does not fit.
    """
    metadata = metadata_for(secret, options)
    bucket = bucket_for(metadata, recipients, signed, options.ecc)
    shared = KeyedCarrier().locate(ReferenceKey.of(cover.samples), bucket).places
    capacity = Capacity(NoiseModel(cover.samples, options.kind_of_noise), shared)
    rooms = {float(db): capacity.bytes_at(capacity.base_for_psnr(db)) for db in FORECAST_DB}
    told = Forecast(
        transport="sealed",
        stego=(cover.picture.size[1], cover.picture.size[0]),
        greyscale=cover.packed,
        header_bytes=bucket.header_bytes,
        header_capacity=KeyedCarrier().capacity(cover.samples.size),
        header_share=len(shared) / cover.samples.size,
        capacity={db: max(room_in(room) - overhead(""), 0) for db, room in rooms.items()},
        notes=notes_on_reference(cover.picture),
    )
    if secret is None:
        return told
    encoded = encode(secret, options, capacity)
    size = len(encoded.record)
    loud = options.stego_psnr or capacity.psnr(capacity.base_to_try(size))
    revealed = None if encoded.psnr is None else (encoded.psnr, encoded.psnr)
    own = (secret.size[1], secret.size[0]) if isinstance(secret, Picture) else None
    return replace(
        told,
        secret=own,
        carried=own,
        payload_bytes=size,
        stego_psnr=(loud, loud),
        revealed_psnr=revealed,
        exact=revealed is None,
        notes=(*encoded.notes, *told.notes),
    )
