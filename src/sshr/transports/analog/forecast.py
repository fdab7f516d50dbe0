"""What a conceal would do, from sizes and the checkpoint's header alone: no network, no keys."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.header.carriers import check_trailing, samples_a_bit
from sshr.header.layout import CHANNELS, Bucket
from sshr.header.metadata import Metadata, SecretMode
from sshr.header.signing import packed_length
from sshr.imaging.fitting import FitMode, check_mode, should_turn
from sshr.imaging.packing import is_grey, packed_size, unpacked_size
from sshr.imaging.reading import Picture, as_picture
from sshr.imaging.secret import AlphaChoice, as_secret
from sshr.imaging.tiles import tile_grid, tiled_area
from sshr.transports.cover import FITS, is_packed
from sshr.transports.notes import notes_on
from sshr.zoo.facts import Facts, read_facts

# A whole `sshr conceal` with its verification, on one core: benchmarks/planning.py measures them.
START_SECONDS = 4.0
SECONDS_A_MEGAPIXEL = 7.5
START_MIB = 350
MIB_A_MEGAPIXEL = 50

_SCALE_BYTES = 2
"""Of the metadata for each scale of a tile (`sshr.transports.analog.engine.SCALE`)."""


@dataclass(frozen=True)
class Plan:
    """What to expect of a conceal. Sizes are (width, height) in pixels.

    Attributes:
        stego: size of the stego, which is the reference's.
        greyscale: the stego will have one channel.
        carrier: size of the area that carries, as a picture.
        secret: size of the secret as given.
        concealed: size at which it is concealed; `resized` where that is another, quarter turns
            aside.
        tiles: pieces that the network works on.
        header_bytes: of the header, with `recipients` slots and its signature.
        header_capacity: most header bytes that this reference could hold.
        header_share: part of the samples that the header takes.
        stego_psnr, revealed_psnr: lowest and highest mean, dB, of the sets that the preset was
            measured on; the revealed one compares with the secret at its concealed size. None
            where that was not measured.
        seconds, mebibytes: estimates for the whole command with the cores of this machine.
        notes: what the user should know.
    """

    stego: tuple[int, int]
    greyscale: bool
    carrier: tuple[int, int]
    secret: tuple[int, int]
    concealed: tuple[int, int]
    resized: bool
    fit: FitMode
    tiles: int
    header_bytes: int
    header_capacity: int
    header_share: float
    stego_psnr: tuple[float, float] | None
    revealed_psnr: tuple[float, float] | None
    seconds: float
    mebibytes: int
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON."""
        return asdict(self)


def plan(
    secret: str | Path | NDArray[np.uint8] | Picture,
    reference: str | Path | NDArray[np.uint8] | Picture,
    preset: str = "base",
    *,
    fit: FitMode = "contain",
    alpha: AlphaChoice = "composite",
    recipients: int = 1,
    signed: bool = False,
) -> Plan:
    """What `conceal` would do with these pictures; see there for the arguments.

    Args:
        recipients: slots of the header; 1 where there are none.
        signed: the stego is to bear a signature.

    Raises:
        TooSmallError: the reference cannot hold the header.
        SshrError: other kinds, as `conceal`.
    """
    own, shared = as_secret(secret, alpha), as_picture(reference, "reference")
    check_mode(fit)
    facts = read_facts(preset)
    packed = is_packed(shared.rgb)
    height, width = packed_size(*shared.size) if packed else shared.size
    carrier = tiled_area(height, width)
    area = unpacked_size(*carrier) if packed else carrier
    squeezed = packed and not is_grey(own.rgb)
    concealed = carrier if squeezed else area
    upright = own.size[::-1] if should_turn(own.size, area, fit) else own.size
    tiles = len(tile_grid(height, width))
    metadata_length = _metadata_length(facts, tiles, own, fit, signed)
    bits = check_trailing(height, width, Bucket.holding(metadata_length, recipients, True))
    samples = CHANNELS * height * width
    each = samples_a_bit(samples)
    megapixels = height * width / 1e6
    return Plan(
        stego=_turned(shared.size),
        greyscale=packed,
        carrier=_turned(area),
        secret=_turned(own.size),
        concealed=_turned(concealed),
        resized=concealed != upright,
        fit=fit,
        tiles=tiles,
        header_bytes=-(-bits // 8),
        header_capacity=samples // (16 * each),
        header_share=bits * each / samples,
        stego_psnr=None if packed else _range(facts, "stego_psnr"),
        revealed_psnr=None if packed else _range(facts, "revealed_psnr"),
        seconds=round(START_SECONDS + SECONDS_A_MEGAPIXEL * megapixels / _cores(), 1),
        mebibytes=round(START_MIB + MIB_A_MEGAPIXEL * megapixels),
        notes=notes_on(own, shared, area, concealed, fit),
    )


def _metadata_length(
    facts: Facts, tiles: int, secret: Picture, fit: FitMode, is_signed: bool
) -> int:
    metadata = Metadata(
        checkpoint_id=facts.checkpoint,
        secret_width=secret.size[1],
        secret_height=secret.size[0],
        fit=FITS[fit],
        secret_mode=SecretMode.RGB,
        rsrk_public=bytes(facts.key_bytes),
        tile_scales=bytes(_SCALE_BYTES * facts.scale_count * tiles),
    )
    return packed_length(metadata, is_signed)


def _range(facts: Facts, figure: str) -> tuple[float, float] | None:
    if not facts.scores:
        return None
    values = [score[figure] for score in facts.scores.values()]
    return min(values), max(values)


def _turned(size: tuple[int, int]) -> tuple[int, int]:
    return size[1], size[0]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
