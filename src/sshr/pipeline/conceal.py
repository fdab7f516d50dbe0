"""The sender's side: a secret, a reference and keys become a stego."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys, require_keys
from sshr.errors import MismatchError, OutputError
from sshr.files.names import shown
from sshr.files.output import PathLike, write_stream
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey, belong_together
from sshr.header.writer import FreshKeys, HeaderWriter, Randomness
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.reading import AnyPicture, as_picture, decode_image, read_image
from sshr.imaging.secret import AlphaChoice
from sshr.imaging.writing import LOSSLESS, encode_image, staged_image, stego_formats
from sshr.metrics import psnr, ssim
from sshr.progress import Progress, quiet
from sshr.transports.cover import Cover, CoverPair
from sshr.transports.protocol import EmbedResult, Finder, Transport, make_options
from sshr.transports.revealed import Revealed
from sshr.transports.secret import Blob, Secret, kind_of, read_any
from sshr.transports.table import find_transport
from sshr.types import Rgb8


@dataclass(frozen=True)
class Report:
    """Figures of one stego, measured on the file: dB for PSNR, SSIM 11x11 Gaussian, 8-bit RGB.

    Attributes:
        revealed_psnr, revealed_ssim: against the secret as it was given; None for bytes.
        fitted_psnr: against what was concealed, where the secret was brought to another size.
        exact: every byte or sample of the secret comes back.
        carried: width and height at which a picture was carried; None for bytes.
        payload_bytes: of what was encoded as bytes; None where nothing was.
    """

    transport: str
    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float | None = None
    revealed_ssim: float | None = None
    fitted_psnr: float | None = None
    exact: bool = False
    carried: tuple[int, int] | None = None
    payload_bytes: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON; what does not apply is left out."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        if self.carried is not None:
            del told["carried"]
            told["carried_width"], told["carried_height"] = self.carried
        return told


@dataclass(frozen=True)
class Stego:
    """A concealed secret.

    Attributes:
        image: uint8 of the reference's size: HWC RGB, or HW where the reference was greyscale and
            large enough (see `sshr.transports.cover`).
        notes: what the user should know (conversions, resizing).
    """

    image: NDArray[np.uint8]
    notes: tuple[str, ...]
    transport: Transport
    secret: Secret = field(repr=False)
    cover: Cover = field(repr=False)
    header: HeaderWriter = field(repr=False)
    made: EmbedResult = field(repr=False)

    def save(
        self,
        target: PathLike | BinaryIO,
        force: bool = False,
        progress: Progress = quiet,
        metadata: MetadataChoice = "colour",
    ) -> Report:
        """Write a file; it gets its name only after the secret was revealed from it.

        The reference's transparency is carried on; so is, of what its file says beside its
        samples, what `metadata` chooses (see `sshr.imaging.metadata`).

        Args:
            target: a path, whose suffix chooses the format, or a binary stream, which gets a PNG.

        Returns:
            Figures measured on the decoded file.

        Raises:
            OutputError: the transport does not survive such a file, or see
                `sshr.imaging.writing.write_image`.
            UsageError: the target is neither.
            SshrError: the file does not hold the secret.
        """
        if isinstance(target, str | os.PathLike):
            with self.staged(target, force, metadata) as file:
                return self.check(read_image(file).rgb, progress)
        picture = self.cover.picture
        extras = picture.extras.chosen(metadata)
        data = encode_image(self.image, alpha=picture.alpha, extras=extras)
        report = self.check(decode_image(data, "stego").rgb, progress)
        write_stream(target, data)
        return report

    @contextmanager
    def staged(
        self, path: PathLike, force: bool = False, metadata: MetadataChoice = "colour"
    ) -> Iterator[Path]:
        """The written file under a temporary name; it gets its own when the block ends well.

        Raises:
            OutputError: see `save`.
        """
        check_suffix(self.transport, path)
        picture = self.cover.picture
        extras = picture.extras.chosen(metadata)
        formats = stego_formats(self.made.jpeg)
        with staged_image(
            path, self.image, force, alpha=picture.alpha, extras=extras, formats=formats
        ) as file:
            yield file

    def check(self, image: Rgb8 | None = None, progress: Progress = quiet) -> Report:
        """Reveal as a receiver would and measure; `image` is the stego as read back from a file.

        Raises:
            MismatchError, NothingFoundError, DamagedError: the image does not hold the secret.
        """
        stego = as_picture(self.image if image is None else image, "stego").rgb
        reference = self.cover.picture.rgb
        opened, pair = self._reopened(stego)
        if not belong_together(stego, reference):
            raise MismatchError(
                "the stego does not look like the reference (PSNR below 30 dB), so nobody could "
                "reveal it; use another preset or reference"
            )
        revealed = self.transport.extract(opened, pair, self.made.runtime, progress)
        carried = self.made.carried
        return Report(
            transport=self.transport.name,
            stego_psnr=psnr(stego, reference),
            stego_ssim=ssim(stego, reference),
            carried=None if carried is None else (carried[1], carried[0]),
            payload_bytes=self.made.payload_bytes,
            **self._fidelity(revealed),
        )

    def _reopened(self, stego: Rgb8) -> tuple[OpenedHeader, CoverPair]:
        if self.made.reopen is not None:
            return self.made.reopen(stego)
        pair = CoverPair.of(stego, self.cover.picture.rgb)
        return self.header.reopen(pair.stego), pair

    def _fidelity(self, revealed: Revealed) -> dict[str, Any]:
        if isinstance(self.secret, Blob):
            return {"exact": revealed.data == self.secret.data}
        found, own = revealed.rgb, self.secret.rgb
        fitted, sent = revealed.fitted, self.made.fitted
        return {
            "revealed_psnr": psnr(found, own),
            "revealed_ssim": ssim(found, own),
            "fitted_psnr": None if fitted is None or sent is None else psnr(fitted, sent),
            "exact": np.array_equal(found, own),
        }


def check_suffix(transport: Transport, path: PathLike) -> None:
    """Refuse a file that can be written, but that this transport does not survive.

    Raises:
        OutputError: its suffix is another transport's.
    """
    suffix = Path(path).suffix.lower()
    if suffix in LOSSLESS and suffix not in transport.suffixes:
        known = ", ".join(sorted(transport.suffixes))
        raise OutputError(
            f"{shown(path)}: {shown(suffix)} files do not keep what the {transport.name} transport "
            f"conceals. Use {known}."
        )


def conceal(
    secret: AnyPicture | Blob,
    reference: AnyPicture,
    keys: Keys,
    transport: str | None = None,
    *,
    alpha: AlphaChoice = "composite",
    random: Randomness = os.urandom,
    progress: Progress = quiet,
    **options: Any,
) -> Stego:
    """Conceal `secret` in a new picture that looks like `reference`.

    Args:
        secret: a picture (a path, an HWC uint8 RGB or HW uint8 greyscale array, or a PIL image), or
            a `Blob` with the bytes of a file or text.
        reference: a picture as above, sides >= 64 px.
        keys: passphrase and recipients; `Keys(reference_alone=True)` relies on the reference.
        transport: how the secret rides: `analog`, `sealed`, `robust`; by default the first that
            carries such a secret.
        alpha: what becomes of a secret's transparent parts (see `sshr.imaging.secret`).
        random: gives so many random bytes; another one than the system's is for tests.
        options: the transport's: see `AnalogOptions`, `SealedOptions` and `RobustOptions`.

    Raises:
        SshrError: one of its kinds, with a message for the user; nothing was written.
    """
    require_keys(keys)
    own = read_any(secret, alpha)
    way = find_transport(transport, kind_of(own))
    chosen = make_options(way, options)
    cover = Cover.of(as_picture(reference, "reference"))
    return conceal_under(begin_keys(keys, way, random), own, cover, way, chosen, progress)


def begin_keys(keys: Keys, transport: Transport, random: Randomness = os.urandom) -> FreshKeys:
    """Draw the keys of a stego, and start Argon2id if it will be needed: another thread runs it."""
    fresh = FreshKeys(keys, random)
    if not isinstance(transport, Finder):  # whose header is its own
        fresh.stretching.begin()
    return fresh


def conceal_under(
    fresh: FreshKeys,
    secret: Secret,
    cover: Cover,
    transport: Transport,
    options: Any,
    progress: Progress = quiet,
) -> Stego:
    """`conceal`, for a caller who has read all that it needs and drawn the keys.

    Args:
        options: of the transport's class.

    Raises:
        SshrError: as `conceal`.
    """
    header = HeaderWriter.of(ReferenceKey.of(cover.samples), fresh)
    made = transport.embed(secret, cover, header, options, progress)
    return Stego(
        *(cover.stego(made.samples), made.notes, made.way or transport, secret, cover, header, made)
    )
