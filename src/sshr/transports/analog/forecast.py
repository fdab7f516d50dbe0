"""What the analog transport would do: from sizes and the checkpoint's header, without keys."""

from sshr.header.carriers import TrailingCarrier, trailing_groups
from sshr.header.metadata import Metadata
from sshr.header.writer import bucket_for
from sshr.imaging.packing import packed_size, unpacked_size
from sshr.imaging.reading import Picture
from sshr.imaging.tiles import tile_grid, tiled_area
from sshr.threads import cores
from sshr.transports.analog.options import AnalogOptions
from sshr.transports.cover import FITS, Cover, plan_fit
from sshr.transports.notes import notes_on, notes_on_reference
from sshr.transports.protocol import Forecast
from sshr.zoo.facts import Facts, read_facts

# A whole `sshr conceal` with its verification, in processor time: `benchmarks/planning.py`
# and `benchmarks/scaling.py` measure them.
START_SECONDS = 1.2
SECONDS_A_MEGAPIXEL = 1.6
START_MIB = 280
MIB_A_MEGAPIXEL = 35

_SCALE_BYTES = 2
"""Of the metadata for each scale of a tile (`sshr.transports.analog.engine.SCALE`)."""


def forecast(
    secret: Picture | None, cover: Cover, recipients: int, signed: bool, options: AnalogOptions
) -> Forecast:
    """See `Transport.expect`.

    Raises:
        TooSmallError: the reference cannot hold the header.
        CheckpointError: the preset is unknown or no checkpoint.
    """
    facts, packed = read_facts(options.preset), cover.packed
    height, width = packed_size(*cover.picture.size) if packed else cover.picture.size
    carrier = tiled_area(height, width)
    area = unpacked_size(*carrier) if packed else carrier
    tiles = len(tile_grid(height, width))
    metadata = Metadata(
        checkpoint_id=facts.checkpoint,
        secret_width=1,
        secret_height=1,
        fit=FITS[options.fit],
        rsrk_public=bytes(facts.key_bytes),
        tile_scales=bytes(_SCALE_BYTES * facts.scale_count * tiles),
    )
    bucket = bucket_for(metadata, recipients, signed, ecc=True)
    taken = trailing_groups(height, width, bucket).places.size
    samples = 3 * height * width
    carried, resized, notes = None, False, notes_on_reference(cover.picture)
    if secret is not None:
        plan = plan_fit(secret, cover, options.fit)
        carried = plan.carried
        upright = secret.size[::-1] if plan.turned else secret.size
        resized = plan.concealed != upright
        notes = notes_on(secret, cover.picture, plan)
    megapixels = height * width / 1e6
    return Forecast(
        transport="analog",
        stego=_width_first(cover.picture.size),
        greyscale=packed,
        carrier=_width_first(area),
        secret=None if secret is None else _width_first(secret.size),
        carried=None if carried is None else _width_first(carried),
        resized=resized,
        tiles=tiles,
        header_bytes=bucket.header_bytes,
        header_capacity=TrailingCarrier().capacity(samples),
        header_share=taken / samples,
        stego_psnr=None if packed else _range(facts, "stego_psnr"),
        revealed_psnr=None if packed else _range(facts, "revealed_psnr"),
        seconds=round(START_SECONDS + SECONDS_A_MEGAPIXEL * megapixels / cores(), 1),
        mebibytes=round(START_MIB + MIB_A_MEGAPIXEL * megapixels),
        notes=notes,
    )


def _range(facts: Facts, figure: str) -> tuple[float, float] | None:
    if not facts.scores:
        return None
    values = [score[figure] for score in facts.scores.values()]
    return min(values), max(values)


def _width_first(size: tuple[int, int]) -> tuple[int, int]:
    return size[1], size[0]
