"""What the coarse layer's code costs, beside codecs that everybody has.

    python benchmarks/coding.py [--tiles 12] [--repeats 5] [--json OUT]

Encodes and decodes 256x256 tiles of the example photographs with the tables of `base`, and the
same tiles with zlib (level 6, on the raw samples) and with Pillow's JPEG 2000 (9/7 wavelet) at the
coarse layer's number of bytes, one after the other in one thread. Times are CPU times, so that a
busy machine disturbs less; ratios are of the same tile in the same turn.
"""

import argparse
import io
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from sshr.imaging.reading import read_image
from sshr.network.coarse import subbands_of
from sshr.pipeline.coarse import CoarseCoder
from sshr.training.passing import HEADER_SHARE
from sshr.zoo.registry import load_model

PHOTOS = Path(__file__).parents[1] / "examples" / "photos"
SIDE = 256
PEERS = ("zlib", "jpeg2000")

Rgb8 = NDArray[np.uint8]
T = TypeVar("T")


@dataclass(frozen=True)
class Seconds:
    """CPU time of one tile."""

    encode: float
    decode: float


@dataclass(frozen=True)
class Turn:
    """One tile, coded by all; `transform` is the part of the encoder that is no coding."""

    sshr: Seconds
    zlib: Seconds
    jpeg2000: Seconds
    transform: float


@dataclass(frozen=True)
class Ratio:
    """How many times as long as a peer on the same tile, median over all turns."""

    encode: float
    decode: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tiles", type=int, default=12)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    torch.set_num_threads(1)
    coder = CoarseCoder.of(load_model("base").net)
    assert coder is not None
    turns = measure(coder, tiles(args.tiles), args.repeats)
    show(turns)
    if args.json:
        told = {
            "ratios": {peer: asdict(ratio(turns, peer)) for peer in PEERS},
            "turns": [asdict(turn) for turn in turns],
        }
        args.json.write_text(json.dumps(told, indent=1) + "\n")


def tiles(count: int) -> list[Rgb8]:
    """Squares (256, 256, 3) from fixed random places of the photographs in turn."""
    photos = [read_image(path).rgb for path in sorted(PHOTOS.glob("*.png"))]
    rng = np.random.default_rng(1)
    found = []
    for i in range(count):
        photo = photos[i % len(photos)]
        top, left = (int(rng.integers(0, size - SIDE + 1)) for size in photo.shape[:2])
        found.append(photo[top : top + SIDE, left : left + SIDE].copy())
    return found


@torch.inference_mode()
def measure(coder: CoarseCoder, pictures: list[Rgb8], repeats: int) -> list[Turn]:
    """Every tile `repeats` times, after one tile that does not count."""
    turns = [turn(coder, picture) for picture in [pictures[0], *pictures * repeats]]
    return turns[1:]


def turn(coder: CoarseCoder, picture: Rgb8) -> Turn:
    secret = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    capacity = int(coder.rate * (1 - HEADER_SHARE) * picture.size / 8)
    encode, (_, data) = timed(lambda: coder.encode(secret, capacity))
    decode, layer = timed(lambda: coder.decode(data, SIDE, SIDE))
    assert layer is not None
    transform, _ = timed(lambda: subbands_of(coder.transform, secret))
    packing, packed = timed(lambda: zlib.compress(picture.tobytes(), 6))
    unpacking, raw = timed(lambda: zlib.decompress(packed))
    assert raw == picture.tobytes()
    writing, file = timed(lambda: jpeg2000(picture, capacity))
    reading, _ = timed(lambda: np.asarray(Image.open(io.BytesIO(file))))
    return Turn(
        Seconds(encode, decode), Seconds(packing, unpacking), Seconds(writing, reading), transform
    )


def jpeg2000(picture: Rgb8, size: int) -> bytes:
    """A file of about `size` bytes."""
    file = io.BytesIO()
    rates = [picture.size / size]
    Image.fromarray(picture).save(
        file, "JPEG2000", quality_mode="rates", quality_layers=rates, irreversible=True
    )
    return file.getvalue()


def timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.process_time()
    made = work()
    return time.process_time() - started, made


def ratio(turns: list[Turn], peer: str) -> Ratio:
    pairs = [(turn.sshr, getattr(turn, peer)) for turn in turns]
    return Ratio(
        median(own.encode / other.encode for own, other in pairs),
        median(own.decode / other.decode for own, other in pairs),
    )


def show(turns: list[Turn]) -> None:
    table = Table("", title=f"one {SIDE} px tile, CPU time, {len(turns)} turns")
    for head in ("encode", "decode"):
        table.add_column(head, justify="right")
    for name in ("sshr", *PEERS):
        times = [getattr(turn, name) for turn in turns]
        encode, decode = median(t.encode for t in times), median(t.decode for t in times)
        table.add_row(name, f"{1e3 * encode:.1f} ms", f"{1e3 * decode:.1f} ms")
    for peer in PEERS:
        found = ratio(turns, peer)
        table.add_row(f"sshr / {peer}", f"{found.encode:.2f}", f"{found.decode:.2f}")
    transform = median(turn.transform for turn in turns)
    table.add_row("of sshr: transform", f"{1e3 * transform:.1f} ms", "-")
    Console().print(table)


if __name__ == "__main__":
    main()
