"""The options of the sealed transport."""

from dataclasses import dataclass, field

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.transports.sealed.noise import Noise

CODE = 1
"""Names the transport in a stego's metadata."""

MIN_STEGO_PSNR = 32.0
"""dB. No stego is made to differ more from its reference."""

_MAX_STEGO_PSNR = 80.0
_QUALITIES = (20.0, 70.0)


@dataclass(frozen=True)
class SealedOptions:
    """How bytes ride as noise.

    Attributes:
        noise: `uniform` (most bits for each dB), `texture` or `adaptive` (where it shows least), or
            `camera` (as loud at each brightness as a higher ISO would make it).
        quality: of a picture: `auto` (lossless, or else the best within the noise), `lossless`, or
            a PSNR in dB that the revealed picture reaches.
        stego_psnr: how loud the noise is, whatever the secret needs; by default as quiet as the
            secret allows.
        ecc: check bytes are added, so that the secret survives a few changed samples.

    Raises:
        UsageError: a value that cannot be meant.
    """

    noise: str = field(
        default="adaptive", metadata={"help": "uniform, texture, adaptive or camera"}
    )
    quality: str | float = field(
        default="auto", metadata={"help": "of a picture: auto, lossless or a PSNR in dB"}
    )
    stego_psnr: float | None = field(default=None, metadata={"help": "the stego's PSNR in dB"})
    ecc: bool = field(default=False, metadata={"help": "survive a few changed samples"})

    def __post_init__(self) -> None:
        if self.noise.upper() not in Noise.__members__:
            names = ", ".join(each.name.lower() for each in Noise)
            raise UsageError(f"noise '{shown(self.noise)}' is not one of {names}")
        target = self.target_psnr
        if target is not None and not _QUALITIES[0] <= target <= _QUALITIES[1]:
            raise UsageError(f"a quality of {target:g} dB is outside 20 to 70")
        psnr = self.stego_psnr
        if psnr is not None and not MIN_STEGO_PSNR <= psnr <= _MAX_STEGO_PSNR:
            raise UsageError(f"a stego PSNR of {psnr:g} dB is outside {MIN_STEGO_PSNR:g} to 80")

    @property
    def kind_of_noise(self) -> Noise:
        """The noise by its number."""
        return Noise[self.noise.upper()]

    @property
    def target_psnr(self) -> float | None:
        """The quality in dB; None for `auto` and `lossless`.

        Raises:
            UsageError: it is none of these.
        """
        if self.quality in ("auto", "lossless"):
            return None
        try:
            return float(self.quality)
        except ValueError:
            word = shown(str(self.quality))
            raise UsageError(f"quality '{word}' is not auto, lossless or a number of dB") from None
