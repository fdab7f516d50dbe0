"""What a small network that restores decoded pictures of the robust transport would gain.

    python benchmarks/robust_restoration.py --data TRAIN [--pairs 2500] [--steps 5000]
        [--pictures 20] [--json OUT]

Trains it on one core and measures it (the extra `train`); nothing of it is in the product. Each
21st photograph of the folder, by name, is held out. The rest give squares of 256 px, each coded by
the transport's own coder at several qualities and at the scales that it tries at such a size. The
network gets the decoded picture, the scale and the bytes a pixel, and predicts what is missing:
six convolutions of 3x3 on blocks of 4x4 samples, two residual blocks, which 12 megapixels pass in
some two seconds of a processor. The loss is the mean PSNR, the steps are Muon's, in bfloat16.

A row is what the coder makes of so many bytes of a held-out photograph, central squares of 256 px:
PSNR in dB of 8-bit RGB and SSIM (means) of the decoded and the restored picture, and the least and
largest gain in dB of a single one.
"""

import argparse
import math
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from printing import keep, show
from torch import Tensor, nn
from torch.nn import functional

from sshr.evaluation.protocols import centre_crop
from sshr.files.pictures import list_pictures
from sshr.imaging.reading import read_image
from sshr.metrics import psnr, ssim
from sshr.transports.robust import codec
from sshr.types import Rgb8

HELD_OUT = 21
SQUARE, CROP, BATCH, BLOCK = 256, 96, 16, 4
ROOMS = (200, 400, 800, 1500, 3000)
"""Bytes of a layer."""

CHANNELS, RESIDUALS = 48, 2
RATE, BIAS_RATE, WARM_UP, AVERAGE = 0.016, 0.0008, 50, 0.998
GAIN = 0.1
"""Of what the last convolution adds: its first steps are small ones."""

CODED_PER_SQUARE = 5
CROPS_PER_RECORD = 2
GREY_SHARE = 0.04
SEED = 1

DENSITIES = {64: (0.017, 0.15), 48: (0.011, 0.04), 32: (0.005, 0.021), 24: (0.0026, 0.0125)}
DENSITIES |= {16: (0.001, 0.0065), 8: (0.0005, 0.0032)}
"""Bytes a pixel at which the coder tries each scale, and somewhat beyond."""

WEIGHTS = {64: 5, 48: 4, 32: 4, 24: 3, 16: 2, 8: 1}
"""How often scales are tried, and the coder's speeds: that of the search, and of large pictures."""

SPEEDS = {codec._SEARCH: 2, codec._FAST: 3}


@dataclass(frozen=True)
class CodedSquare:
    """A record of a square of a photograph."""

    square: int
    record: bytes


def split(folder: Path) -> tuple[list[Path], list[Path]]:
    """Photographs to train on and those that are held out, by the order of their names."""
    paths = sorted(list_pictures(folder, recursive=True).pictures)
    held = paths[::HELD_OUT]
    return [path for path in paths if path not in set(held)], held


def squares(paths: Sequence[Path], count: int, draw: random.Random) -> list[Rgb8]:
    """So many squares, of photographs that were made smaller by random factors."""
    found = []
    for index in range(count):
        picture = read_image(paths[index % len(paths)]).rgb
        height, width = picture.shape[:2]
        least = SQUARE / min(height, width)
        if least > 1:
            continue
        factor = draw.uniform(least, 1)
        image = codec.Image.fromarray(picture)
        if draw.random() < 0.5:
            size = max(round(width * factor), SQUARE), max(round(height * factor), SQUARE)
            image = image.resize(size, codec.Image.Resampling.LANCZOS)
        left, top = (draw.randint(0, side - SQUARE) for side in image.size)
        square = np.array(image.crop((left, top, left + SQUARE, top + SQUARE)))
        if draw.random() < GREY_SHARE:
            square = np.repeat(np.rint(square.mean(axis=2, keepdims=True)), 3, 2).astype(np.uint8)
        found.append(square)
    return found


def coded(pictures: Sequence[Rgb8], seed: int) -> list[CodedSquare]:
    """Records of each square at scales and qualities that the coder may choose."""

    def of_one(index: int) -> list[CodedSquare]:
        draw = random.Random(f"{seed} {index}")
        found: list[CodedSquare] = []
        for _ in range(3 * CODED_PER_SQUARE):
            scale, speed = (
                draw.choices(list(each), list(each.values()))[0] for each in (WEIGHTS, SPEEDS)
            )
            quality = round(draw.triangular(4, 55 if scale == codec.SCALES[0] else 42, 22))
            small = codec._shrunk(pictures[index], scale)
            record = bytes([scale]) + codec._stripped(small, quality, speed)
            least, most = DENSITIES[scale]
            if least <= len(record) / SQUARE**2 <= most:
                found.append(CodedSquare(index, record))
            if len(found) == CODED_PER_SQUARE:
                break
        return found

    return [each for index in range(len(pictures)) for each in of_one(index)]


class ResidualPair(nn.Module):
    """Two convolutions beside what they add to."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = x + self.second(functional.relu(self.first(x)))
        return found


class RestorationNet(nn.Module):
    """(B, 3, H, W) in [0, 1] and (B, 2) -> the restored picture; it starts as the identity."""

    def __init__(self) -> None:
        super().__init__()
        inside = 3 * BLOCK**2
        self.head = nn.Conv2d(inside + 2, CHANNELS, 3, padding=1)
        self.body = nn.Sequential(*(ResidualPair(CHANNELS) for _ in range(RESIDUALS)))
        self.tail = nn.Conv2d(CHANNELS, inside, 3, padding=1)
        nn.init.kaiming_normal_(self.head.weight, nonlinearity="relu")
        nn.init.zeros_(self.tail.weight)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, picture: Tensor, told: Tensor) -> Tensor:
        batch, channels, height, width = picture.shape
        rows, columns = height // BLOCK, width // BLOCK
        cells = picture.reshape(batch, channels, rows, BLOCK, columns, BLOCK)
        blocks = cells.permute(0, 3, 5, 1, 2, 4).reshape(batch, -1, rows, columns) - 0.5
        planes = told[:, :, None, None].expand(-1, -1, rows, columns)
        start = functional.relu(self.head(torch.cat([blocks, planes], 1)))
        found = GAIN * self.tail(self.body(start))
        cells = found.reshape(batch, BLOCK, BLOCK, channels, rows, columns)
        added = cells.permute(0, 3, 4, 1, 5, 2).reshape(picture.shape)
        return picture + added


class OrthogonalSteps(torch.optim.Optimizer):
    """Momentum whose steps of a convolution are orthogonal matrices, about (Muon, Jordan 2024).

    In as many steps it learns half as much again as Adam, which biases have.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net.parameters(), {"lr": 1.0})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step; `lr` is a share of RATE and BIAS_RATE."""
        for group in self.param_groups:
            for value in group["params"]:
                state = self.state[value]
                mean = state.setdefault("mean", torch.zeros_like(value))
                if value.ndim == 4:
                    mean.lerp_(value.grad, 0.05)
                    wanted = value.grad.lerp(mean, 0.95).reshape(len(value), -1)
                    value.sub_(orthogonal(wanted).reshape(value.shape), alpha=RATE * group["lr"])
                    continue
                state["steps"] = state.get("steps", 0) + 1
                square = state.setdefault("square", torch.zeros_like(value))
                mean.lerp_(value.grad, 0.1)
                square.lerp_(value.grad.square(), 0.01)
                known = [1 - decay ** state["steps"] for decay in (0.9, 0.99)]
                wanted = mean / known[0] / ((square / known[1]).sqrt() + 1e-8)
                value.sub_(wanted, alpha=BIAS_RATE * group["lr"])


def orthogonal(matrix: Tensor) -> Tensor:
    """A wide matrix with all its singular values near one, by five steps of Newton and Schulz."""
    found = matrix / (matrix.norm() + 1e-7)
    for _ in range(5):
        square = found @ found.T
        found = 3.4445 * found + (-4.775 * square + 2.0315 * square @ square) @ found
    return found


def told_of(record: bytes) -> np.ndarray:
    """What the network is told of a record: scale and bytes a pixel, both around 0."""
    known = min(max(math.log2(len(record) / SQUARE**2), -11), -2)
    return np.array([record[0] / codec.SCALES[0] - 0.5, (known + 6) / 4], np.float32)


def batch_of(
    pictures: Sequence[Rgb8], records: Sequence[CodedSquare], draw: random.Random
) -> tuple[Tensor, Tensor, Tensor]:
    """Decoded crops, what is told of them, and the originals."""
    decoded, told, originals = [], [], []
    for one in draw.sample(records, BATCH // CROPS_PER_RECORD):
        both = codec.decode(one.record, (SQUARE, SQUARE)), pictures[one.square]
        for _ in range(CROPS_PER_RECORD):
            top, left = (BLOCK * draw.randint(0, (SQUARE - CROP) // BLOCK) for _ in range(2))
            down, right = draw.choice((1, -1)), draw.choice((1, -1))
            axes = draw.choice(((2, 0, 1), (2, 1, 0)))
            for place, each in zip((decoded, originals), both, strict=True):
                crop = each[top : top + CROP, left : left + CROP][::down, ::right]
                place.append(np.ascontiguousarray(crop.transpose(axes)))
            told.append(told_of(one.record))
    stacked = [torch.from_numpy(np.stack(each)) for each in (decoded, originals)]
    return stacked[0].float() / 255, torch.from_numpy(np.stack(told)), stacked[1].float() / 255


def fit(
    pictures: Sequence[Rgb8], records: Sequence[CodedSquare], steps: int, seed: int
) -> RestorationNet:
    """The network with its averaged weights."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    net = RestorationNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = RestorationNet()
    average.load_state_dict(net.state_dict())
    optimiser = OrthogonalSteps(net)
    started, gained = time.monotonic(), 0.0
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batch_of, pictures, records, draw)
        for step in range(1, steps + 1):
            decoded, told, originals = waiting.result()
            waiting = pool.submit(batch_of, pictures, records, draw)
            share = min(step / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * step / steps))
            optimiser.param_groups[0]["lr"] = share
            with torch.autocast("cpu", torch.bfloat16):
                found = net(decoded, told)
            before, after = (
                (each - originals).square().mean((1, 2, 3)) + 1e-5 for each in (decoded, found)
            )
            gain = 10 * (before / after).log10().mean()
            optimiser.zero_grad()
            (-gain).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            decay = min(AVERAGE, step / (step + 10))
            with torch.no_grad():
                for kept, now in zip(average.parameters(), net.parameters(), strict=True):
                    kept.lerp_(now, 1 - decay)
            gained += gain.item()
            if step % 100 == 0:
                minutes = (time.monotonic() - started) / 60
                print(f"step {step}: {gained / 100:.3f} dB gained, {minutes:.1f} min", flush=True)
                gained = 0.0
    return average


@dataclass(frozen=True)
class RestorationGain:
    """A row."""

    room: int
    pictures: int
    decoded_psnr: float
    restored_psnr: float
    gain: float
    least_gain: float
    most_gain: float
    decoded_ssim: float
    restored_ssim: float


def gained(net: RestorationNet, pictures: Sequence[Rgb8], room: int) -> RestorationGain:
    """What the network makes of so many bytes."""
    rows = []
    for picture in pictures:
        made = codec.best_within(picture, room)
        if made is None:
            continue
        decoded = codec.decode(made.record, (SQUARE, SQUARE))
        both = decoded, restored(net, decoded, made.record)
        rows.append([measure(each, picture) for measure in (psnr, ssim) for each in both])
    before, after, before_ssim, after_ssim = (fmean(column) for column in zip(*rows, strict=True))
    gains = [row[1] - row[0] for row in rows]
    told = room, len(rows), before, after, fmean(gains), min(gains), max(gains)
    return RestorationGain(*told, before_ssim, after_ssim)


@torch.inference_mode()
def restored(net: RestorationNet, picture: Rgb8, record: bytes) -> Rgb8:
    """A decoded picture, restored."""
    unit = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    found = net(unit, torch.from_numpy(told_of(record))[None])[0].permute(1, 2, 0)
    return found.mul(255).round().clamp(0, 255).byte().numpy()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="photographs to train on")
    parser.add_argument("--pairs", type=int, default=2500, help="coded squares, about")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--pictures", type=int, default=20, help="held-out ones to measure")
    parser.add_argument("--json", type=Path, help="file for the figures")
    given = parser.parse_args()
    torch.set_num_threads(1)
    paths, held = split(given.data)
    draw = random.Random(SEED)
    paths = draw.sample(paths, len(paths))
    pictures = squares(paths, given.pairs // CODED_PER_SQUARE, draw)
    records = coded(pictures, SEED)
    net = fit(pictures, records, given.steps, SEED)
    return report(net, held, len(records), given)


def report(
    net: RestorationNet, held: Sequence[Path], records: int, given: argparse.Namespace
) -> int:
    """Measure, print and keep."""
    chosen = held[:: max(len(held) // given.pictures, 1)][: given.pictures]
    crops = [centre_crop(read_image(path).rgb, SQUARE) for path in chosen]
    rows = [gained(net, crops, room) for room in ROOMS]
    show("gains", rows)
    size = sum(value.numel() for value in net.parameters())
    keep(given.json, gains=rows, parameters=size, records=records, steps=given.steps)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
