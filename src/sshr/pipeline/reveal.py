"""The receiver's side: a stego, the reference and keys become the secret again."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, UsageError
from sshr.header.header import OpenedHeader
from sshr.header.metadata import Transport
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import Picture, as_picture
from sshr.imaging.writing import write_image
from sshr.pipeline.receiving import Received, open_stego, refused_by_strict
from sshr.transports.analog.engine import Engine
from sshr.transports.cover import restored
from sshr.types import Progress, Rgb8, quiet
from sshr.zoo.registry import find_model


@dataclass(frozen=True)
class Revealed:
    """A revealed secret.

    Attributes:
        image: uint8, HWC RGB, or HW where the secret was greyscale; the secret's own size.
        carrier: HWC uint8 RGB as it was concealed, before resizing to the secret's own size
            (packed if the reference is greyscale).
        intact: False when samples of the stego have changed since it was written.
        sender: raw Ed25519 public key of the verified signature, None without one. It vouches for
            the picture only together with `intact`.
    """

    image: NDArray[np.uint8]
    carrier: Rgb8
    intact: bool
    sender: bytes | None = None

    @property
    def rgb(self) -> Rgb8:
        """The image as HWC RGB."""
        return as_rgb(self.image)

    def save(self, path: str | Path, force: bool = False) -> None:
        """Write a lossless file.

        Raises:
            OutputError: see `sshr.imaging.writing.write_image`.
        """
        write_image(Path(path), self.image, force)


def reveal(
    stego: str | Path | NDArray[np.uint8] | Picture,
    reference: str | Path | NDArray[np.uint8] | Picture,
    keys: Keys,
    *,
    preset: str = "base",
    strict: bool = False,
    device: str = "auto",
    progress: Progress = quiet,
) -> Revealed:
    """Reveal the secret of `stego`.

    Args:
        stego, reference: paths, HWC uint8 RGB or HW uint8 greyscale arrays.
        keys: exactly what the sender used.
        preset: where to look first for the checkpoint that the stego names; a path for one that
            is not packaged.
        strict: refuse a stego that has been changed; otherwise see `Revealed.intact`.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: exit codes 3, 6, 5, 4.
        UsageError: the stego is a sealed one; `sshr.unseal` opens it.
        SignatureError: exit code 13, as `Keys.sender` asks for.
        SshrError: other kinds, each with a message for the user.
    """
    seen, shared = as_picture(stego, "stego"), as_picture(reference, "reference")
    received = open_stego(seen, shared, keys)
    return reveal_received(received, preset=preset, strict=strict, device=device, progress=progress)


def reveal_received(
    received: Received,
    *,
    preset: str = "base",
    strict: bool = False,
    device: str = "auto",
    progress: Progress = quiet,
) -> Revealed:
    """`reveal`, for a caller who has opened the header to learn the transport.

    Raises:
        SshrError: as `reveal`.
    """
    opened = received.opened
    if opened.metadata.transport is not Transport.ANALOG:
        raise UsageError("this stego uses the sealed transport: sshr.unseal opens it")
    if strict and not opened.intact:
        raise refused_by_strict()
    engine = Engine(find_model(opened.metadata.checkpoint_id, preset, device))
    return reveal_opened(opened, received.stego, received.reference, engine, progress)


def reveal_opened(
    opened: OpenedHeader, stego: Rgb8, reference: Rgb8, engine: Engine, progress: Progress = quiet
) -> Revealed:
    """The network's part, once the header is open; stego and reference as `CoverPair` has them.

    Raises:
        DamagedError: the metadata do not fit this picture or this version.
    """
    metadata = opened.metadata
    if metadata.transport is not Transport.ANALOG:
        raise DamagedError("the header is not one of the analog transport")
    try:
        k_sym = engine.rsrk_symmetric(metadata.rsrk_public, reference)
        carrier = engine.reveal(
            stego,
            reference,
            k_sym,
            metadata.tile_scales,
            opened.session,
            lambda done, total: progress("revealing", done, total),
        )
        image = restored(carrier, metadata)
    except ValueError as error:
        raise DamagedError(f"the header does not fit this picture ({error})") from None
    return Revealed(image, carrier, opened.intact, opened.sender)
