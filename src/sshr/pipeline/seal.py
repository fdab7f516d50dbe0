"""The sender's side of the sealed transport: any secret and a reference become a stego."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import TooSmallError, UsageError
from sshr.header.header import HeaderWriter
from sshr.header.layout import PREFIX_BITS, Bucket, layout_for
from sshr.header.metadata import CHECKPOINT_ID_BYTES, Metadata, SecretMode, Transport
from sshr.header.signing import packed_length
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.reading import Picture, as_picture, read_image
from sshr.imaging.secret import as_secret
from sshr.imaging.writing import write_image
from sshr.metrics import psnr, ssim
from sshr.pipeline.unseal import Unsealed, unseal_opened
from sshr.transports.cover import CoverPair, is_packed, picture_of, samples_of
from sshr.transports.notes import notes_on_reference
from sshr.transports.sealed.capacity import DRY_RUN_DB, MIN_STEGO_PSNR, Capacity
from sshr.transports.sealed.codecs import fitting, lossless, reaching
from sshr.transports.sealed.embedding import embed, side_info_bytes
from sshr.transports.sealed.noise_map import Noise
from sshr.transports.sealed.noise_model import NoiseModel
from sshr.transports.sealed.record import Kind, overhead, pack_bytes, pack_picture
from sshr.types import Rgb8

Quality = float | str
"""`auto`, `lossless`, or a PSNR in dB that the revealed picture reaches."""

AUTO_DB = 41.0
"""Stego PSNR under which `auto` does not go, unless it is asked to."""


@dataclass(frozen=True)
class Blob:
    """A file or a text to seal: its bytes, and the name that the receiver is told."""

    data: bytes
    name: str = ""
    kind: Kind = Kind.FILE


@dataclass(frozen=True)
class SealedReport:
    """Figures of one sealed stego, measured on the file: dB and SSIM over 8-bit RGB.

    `revealed_psnr` is infinite where every byte or sample comes back, which `exact` says.
    """

    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    exact: bool
    payload_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON, which knows no infinity: None."""
        facts = asdict(self)
        return facts | {"revealed_psnr": None if self.exact else self.revealed_psnr}


@dataclass(frozen=True)
class Sealed:
    """A sealed secret.

    Attributes:
        image: uint8 of the reference's size: HWC RGB, or HW where the reference was greyscale and
            large enough (see `sshr.transports.cover`).
        notes: what the reader of the result should know.
    """

    image: NDArray[np.uint8]
    notes: tuple[str, ...]
    payload_bytes: int
    _secret: Picture | Blob
    _reference: Picture
    _sending: HeaderWriter

    def save(
        self, path: str | Path, force: bool = False, metadata: MetadataChoice = "colour"
    ) -> SealedReport:
        """Write a lossless file; it gets its name only after the secret was revealed from it.

        The reference's transparency is carried on, and what `metadata` chooses of what its file
        says beside its samples.

        Raises:
            OutputError: see `sshr.imaging.writing.write_image`.
            SshrError: the file does not hold the secret.
        """
        reports: list[SealedReport] = []

        def reread(file: Path) -> None:
            reports.append(self.check(read_image(file).rgb))

        extras = self._reference.extras.chosen(metadata)
        alpha = self._reference.alpha
        write_image(Path(path), self.image, force, reread, alpha=alpha, extras=extras)
        return reports[0]

    def check(self, image: Rgb8 | None = None) -> SealedReport:
        """Reveal as a receiver would and measure; `image` is the stego as read back from a file.

        Raises:
            MismatchError, NothingFoundError, DamagedError: the image does not hold the secret.
        """
        stego = as_picture(self.image).rgb if image is None else image
        carriers = CoverPair.of(stego, self._reference.rgb)
        opened = self._sending.reopen(carriers.stego)
        revealed = unseal_opened(opened, carriers.stego, carriers.reference)
        figure = _fidelity(revealed, self._secret)
        return SealedReport(
            stego_psnr=psnr(stego, self._reference.rgb),
            stego_ssim=ssim(stego, self._reference.rgb),
            revealed_psnr=figure,
            exact=bool(np.isinf(figure)),
            payload_bytes=self.payload_bytes,
        )


def seal(
    secret: str | Path | NDArray[np.uint8] | Picture | Blob,
    reference: str | Path | NDArray[np.uint8] | Picture,
    keys: Keys,
    *,
    noise: str = "texture",
    quality: Quality = "auto",
    stego_psnr: float | None = None,
    ecc: bool = False,
) -> Sealed:
    """Seal a picture, or any bytes as a `Blob`, in `reference` with noise that carries it.

    Args:
        secret: a picture as `sshr.conceal` takes it, of any size of its own; or a `Blob`.
        reference: path, HWC uint8 RGB or HW uint8 greyscale array, sides >= 64 px.
        keys: passphrase and recipients; `Keys()` relies on the reference alone.
        noise: `uniform` (most bits for each dB), `texture` or `adaptive` (where it shows least).
        quality: of a picture: `auto` (lossless, or else the best within the noise), `lossless`, or
            a PSNR in dB.
        stego_psnr: how loud the noise is, whatever the secret needs; by default as quiet as the
            secret allows.
        ecc: check bytes are added, so that the secret survives a few changed samples.

    Raises:
        TooSmallError: the secret does not fit; the message says what would.
        SshrError: other kinds, each with a message for the user; nothing was written.
    """
    kind = noise_named(noise)
    check_request(quality, stego_psnr)
    shared = as_picture(reference, "reference")
    own = secret if isinstance(secret, Blob) else as_secret(secret)
    metadata = _metadata(own, ecc)
    packed = is_packed(shared.rgb)
    samples = samples_of(shared.rgb, packed)
    sending = HeaderWriter.start(samples, keys, protected=ecc)
    model = NoiseModel(samples, kind)
    plan = Capacity(model, len(sending.parity_samples(metadata)))
    floor = MIN_STEGO_PSNR if stego_psnr is None else stego_psnr
    loudest = plan.base_for_psnr(floor)
    if isinstance(own, Blob):
        record = pack_bytes(own.kind, own.name, own.data)
        fallback: tuple[str, ...] = ()
    else:
        limit = plan.base_for_psnr(AUTO_DB) if stego_psnr is None else loudest
        record, fallback = _picture_record(own, quality, plan.capacity(limit))
    if len(record) > plan.capacity(loudest):
        raise _too_big(len(record), plan, floor)
    base = loudest if stego_psnr is not None else plan.base_to_try(len(record))
    content = own.kind if isinstance(own, Blob) else Kind.PICTURE
    written = embed(content, record, model, samples, sending, metadata, min(base, loudest))
    if written is None:
        raise _too_big(len(record), plan, floor)
    image = picture_of(written, shared.rgb, packed, shared.greyscale)
    secret_notes = own.notes if isinstance(own, Picture) else ()
    notes = (*fallback, *(f"secret: {note}" for note in secret_notes))
    notes += notes_on_reference(shared)
    return Sealed(image, notes, len(record), own, shared, sending)


def capacities(
    reference: str | Path | NDArray[np.uint8] | Picture,
    noise: str = "texture",
    *,
    recipients: int = 1,
    signed: bool = False,
    ecc: bool = False,
) -> dict[float, int]:
    """Bytes that fit in a reference, by the stego's PSNR in dB.

    Args:
        recipients: slots of the header; 1 where there are none.
        signed: the stego is to bear a signature.
        noise, ecc: of `seal`.

    Raises:
        TooSmallError: the reference cannot hold the header.
        SshrError: the reference cannot be read.
    """
    kind = noise_named(noise)
    shared = as_picture(reference, "reference")
    samples = samples_of(shared.rgb, is_packed(shared.rgb))
    metadata = _metadata(Blob(b""), ecc)
    bucket = Bucket.holding(packed_length(metadata, signed), recipients, ecc)
    height, width, _ = samples.shape
    layout = layout_for(height, width, bucket)
    plan = Capacity(NoiseModel(samples, kind), PREFIX_BITS + layout.body_bits)
    rooms = {float(db): plan.capacity(plan.base_for_psnr(db)) for db in DRY_RUN_DB}
    return {db: max(room - overhead(""), 0) for db, room in rooms.items()}


def noise_named(name: str) -> Noise:
    """The kind of noise of this name.

    Raises:
        UsageError: there is none.
    """
    try:
        return Noise[name.upper()]
    except KeyError:
        names = ", ".join(each.name.lower() for each in Noise)
        raise UsageError(f"noise '{name}' is not one of {names}") from None


def check_request(quality: Quality, stego_psnr: float | None) -> None:
    """Refuse figures that cannot be meant.

    Raises:
        UsageError: the reason.
    """
    if isinstance(quality, str) and quality not in ("auto", "lossless"):
        raise UsageError(f"quality '{quality}' is not auto, lossless or a number of dB")
    if not isinstance(quality, str) and not 20 <= quality <= 70:
        raise UsageError(f"a quality of {quality:g} dB is outside 20 to 70")
    if stego_psnr is not None and not MIN_STEGO_PSNR <= stego_psnr <= 80:
        raise UsageError(f"a stego PSNR of {stego_psnr:g} dB is outside {MIN_STEGO_PSNR:g} to 80")


def _metadata(secret: Picture | Blob, ecc: bool) -> Metadata:
    height, width = secret.size if isinstance(secret, Picture) else (1, 1)
    grey = isinstance(secret, Picture) and secret.greyscale
    return Metadata(
        checkpoint_id=bytes(CHECKPOINT_ID_BYTES),
        secret_width=width,
        secret_height=height,
        transport=Transport.SEALED,
        secret_mode=SecretMode.GREYSCALE if grey else SecretMode.RGB,
        side_info=bytes(side_info_bytes(ecc)),
    )


def _picture_record(secret: Picture, quality: Quality, room: int) -> tuple[bytes, tuple[str, ...]]:
    name = "" if secret.path is None else secret.path.name
    picture = secret.rgb[..., 0] if secret.greyscale else secret.rgb
    if not isinstance(quality, str):
        return pack_picture(name, reaching(picture, quality)), ()
    record = pack_picture(name, lossless(picture))
    if quality == "lossless" or len(record) <= room:
        return record, ()
    coded = fitting(picture, room - overhead(name), len(record))
    if coded is None:
        raise TooSmallError(
            f"the secret does not fit the reference: {max(room, 0)} bytes are too few for any "
            "picture of its size; take a larger reference, a smaller secret or a lower stego PSNR"
        )
    return pack_picture(name, coded), (f"lossless would take {len(record)} bytes; {room} fit",)


def _too_big(size: int, plan: Capacity, floor: float) -> TooSmallError:
    room = plan.capacity(plan.base_for_psnr(floor))
    need = plan.base_for_bytes(size)
    hint = "take a larger reference"
    if plan.capacity(need) >= size and plan.psnr(need) >= MIN_STEGO_PSNR:
        hint = f"it fits at a stego PSNR of {plan.psnr(need) - 0.05:.1f} dB"
    return TooSmallError(
        f"the secret takes {size} bytes and {room} fit this reference at {floor:g} dB; {hint}"
    )


def _fidelity(revealed: Unsealed, secret: Picture | Blob) -> float:
    if isinstance(secret, Blob):
        return float("inf") if revealed.data == secret.data else 0.0
    if revealed.image is None or revealed.rgb.shape != secret.rgb.shape:
        return 0.0
    if np.array_equal(revealed.rgb, secret.rgb):
        return float("inf")
    return psnr(revealed.rgb, secret.rgb)
