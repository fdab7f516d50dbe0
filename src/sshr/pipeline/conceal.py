"""The sender's side: a secret, a reference and keys become a stego."""

import dataclasses
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import MismatchError
from sshr.header.header import HeaderWriter
from sshr.header.metadata import Metadata
from sshr.header.reference import belong_together
from sshr.imaging.fitting import FitMode
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.reading import Picture, as_picture, read_image
from sshr.imaging.secret import AlphaChoice, as_secret
from sshr.imaging.tiles import tile_grid
from sshr.imaging.writing import write_image
from sshr.metrics import psnr, ssim
from sshr.pipeline.reveal import reveal_opened
from sshr.transports.analog.engine import Engine
from sshr.transports.cover import (
    CoverPair,
    fit_secret,
    is_packed,
    picture_of,
    samples_of,
)
from sshr.transports.notes import notes_on
from sshr.types import Progress, Rgb8, quiet
from sshr.zoo.registry import load_model


@dataclass(frozen=True)
class Report:
    """Figures of one stego, measured on 8-bit RGB samples: dB for PSNR, SSIM 11x11 Gaussian.

    `revealed_*` compare with the secret as it was given; where it was resized to fit, `fitted_psnr`
    compares with what was concealed.
    """

    stego_psnr: float
    stego_ssim: float
    revealed_psnr: float
    revealed_ssim: float
    fitted_psnr: float

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Stego:
    """A concealed secret.

    Attributes:
        image: uint8 of the reference's size: HWC RGB, or HW where the reference was greyscale and
            large enough (see `sshr.transports.cover`).
        notes: what the reader of the result should know (conversions, resizing).
    """

    image: NDArray[np.uint8]
    notes: tuple[str, ...]
    secret: Picture
    reference: Picture
    _fitted: Rgb8
    _sending: HeaderWriter
    _engine: Engine

    def save(
        self,
        path: str | Path,
        force: bool = False,
        progress: Progress = quiet,
        metadata: MetadataChoice = "colour",
    ) -> Report:
        """Write a lossless file; it gets its name only after the secret was revealed from it.

        The reference's transparency is carried on; so is, of what its file says beside its
        samples, what `metadata` chooses (see `sshr.imaging.metadata`).

        Returns:
            Figures measured on the decoded file.

        Raises:
            OutputError: see `sshr.imaging.writing.write_image`.
            SshrError: the file does not hold the secret.
        """
        reports: list[Report] = []

        def reread(file: Path) -> None:
            reports.append(self.check(read_image(file).rgb, progress))

        extras = self.reference.extras.chosen(metadata)
        alpha = self.reference.alpha
        write_image(Path(path), self.image, force, reread, alpha=alpha, extras=extras)
        return reports[0]

    def check(self, image: Rgb8 | None = None, progress: Progress = quiet) -> Report:
        """Reveal as a receiver would and measure; `image` is the stego as read back from a file.

        Raises:
            MismatchError, NothingFoundError, DamagedError: the image does not hold the secret.
        """
        stego = as_picture(self.image).rgb if image is None else image
        carriers = CoverPair.of(stego, self.reference.rgb)
        opened = self._sending.reopen(carriers.stego)
        if not belong_together(stego, self.reference.rgb):
            raise MismatchError(
                "the stego does not look like the reference (PSNR below 30 dB), so nobody could "
                "reveal it; use another preset or reference"
            )
        revealed = reveal_opened(opened, carriers.stego, carriers.reference, self._engine, progress)
        return Report(
            stego_psnr=psnr(stego, self.reference.rgb),
            stego_ssim=ssim(stego, self.reference.rgb),
            revealed_psnr=psnr(revealed.rgb, self.secret.rgb),
            revealed_ssim=ssim(revealed.rgb, self.secret.rgb),
            fitted_psnr=psnr(revealed.carrier, self._fitted),
        )


def conceal(
    secret: str | Path | NDArray[np.uint8] | Picture,
    reference: str | Path | NDArray[np.uint8] | Picture,
    keys: Keys,
    preset: str = "base",
    *,
    fit: FitMode = "contain",
    alpha: AlphaChoice = "composite",
    device: str = "auto",
    progress: Progress = quiet,
) -> Stego:
    """Conceal `secret` in a new picture that looks like `reference`.

    Args:
        secret, reference: paths, HWC uint8 RGB or HW uint8 greyscale arrays, sides >= 64 px.
        keys: passphrase and recipients; `Keys()` relies on the reference alone.
        preset: a packaged preset or the path of a checkpoint.
        fit: how a secret of another size or shape is brought to the reference's.
        alpha: what becomes of a secret's transparent parts (see `sshr.imaging.secret`).

    Raises:
        SshrError: one of its kinds, with a message for the user; nothing was written.
    """
    own, shared = as_secret(secret, alpha), as_picture(reference, "reference")
    engine = Engine(load_model(preset, device))
    packed = is_packed(shared.rgb)
    samples = samples_of(shared.rgb, packed)
    fitted = fit_secret(own, samples, packed, fit)
    rsrk_public = engine.rsrk_public(fitted.image)
    metadata = Metadata(
        checkpoint_id=engine.identity,
        secret_width=own.rgb.shape[1],
        secret_height=own.rgb.shape[0],
        fit=fitted.fit,
        turned=fitted.turned,
        secret_mode=fitted.mode,
        rsrk_public=rsrk_public,
        tile_scales=bytes(engine.scale_bytes * len(tile_grid(*samples.shape[:2]))),
    )
    sending = HeaderWriter.start(samples, keys, protected=True)
    made = engine.conceal(
        fitted.image,
        samples,
        engine.rsrk_symmetric(rsrk_public, samples),
        sending.session,
        lambda done, total: progress("concealing", done, total),
    )
    metadata = dataclasses.replace(metadata, tile_scales=made.scales)
    written = sending.write_trailing(made.rounder, metadata)
    image = picture_of(written, shared.rgb, packed, shared.greyscale)
    notes = notes_on(own, shared, fitted.shown, fitted.concealed, fit)
    return Stego(image, notes, own, shared, fitted.image, sending, engine)
