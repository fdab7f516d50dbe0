"""Speed and memory: medians after warm-up, beside HiNet with random weights in the same run.

    python benchmarks/speed.py [--threads 2] [--size 4000x3000] [--sealed] [--json OUT]

Prints the networks' time for one 256x256 tile, their parameters and operations, the time of what
`base` needs beside them (keyed mix, shaped rounding), and the wall time and peak memory of whole
`sshr` processes (start, Argon2id, verification and all) for a 256x256 pair and for a large one.

With `--sealed` the sealed transport instead: whole processes that conceal a file of random bytes,
and a picture of its own size, in a large reference, and reveal them; and `sshr.reveal` of a
picture of 256 px, in the process, from the stego's file to the samples.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from measuring import flops, median_seconds, run_sshr
from PIL import Image
from printing import keep, show

import sshr
from sshr.cli.progress import progress_bar
from sshr.crypto.session import Session
from sshr.errors import SshrError
from sshr.evaluation.protocols import centre_crop
from sshr.evaluation.tensors import to_tensor
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.inference.keyed_mix import KeyedMix
from sshr.inference.rsrk import thumbnail
from sshr.inference.tile_network import Floats, TileNetwork
from sshr.network.mix import random_mix
from sshr.network.model import StegoNet
from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.invertible import HiNet
from sshr.rounding.rounder import Rounder
from sshr.transports.analog.engine import session_mix
from sshr.types import Rgb8
from sshr.zoo.registry import load_model
from sshr.zoo.tiles import load_tiles

PHOTOS = Path(__file__).parents[1] / "examples" / "photos"
SECRET, REFERENCE = PHOTOS / "parrots.png", PHOTOS / "lighthouse.png"
SIDE = 256
FILE_BYTES = 1 << 20
PRESETS = ("base", "paper")
Work = Callable[[], Any]
PASSPHRASE = "a passphrase for the benchmark only"
GRAIN = 2.0  # grey levels of noise: an enlarged picture is smoother than a camera's


@dataclass(frozen=True)
class NetworkSpeed:
    """A network on one 256x256 tile: seconds and operations each way."""

    name: str
    parameters: int
    conceal_seconds: float
    reveal_seconds: float
    conceal_flops: int
    reveal_flops: int


@dataclass(frozen=True)
class ProcessSpeed:
    """A whole process: median wall time, least processor time, highest peak memory."""

    command: str
    size: str
    runs: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=9, help="of all but the large pair")
    parser.add_argument("--size", type=width_height, default=(4000, 3000), help="large pair, WxH")
    parser.add_argument("--large-repeats", type=int, default=1, help="0 leaves the large pair out")
    parser.add_argument("--sealed", action="store_true", help="the sealed transport instead")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.sealed:
        told = sealed_speed(args.size, args.threads, args.repeats)
        show(f"the sealed transport, {args.threads} threads", [told])
        keep(args.json, speed=told)
        return 0
    networks: list[NetworkSpeed] = []
    processes: list[ProcessSpeed] = []
    jobs = [((SIDE, SIDE), args.repeats), (args.size, args.large_repeats)]
    try:
        with progress_bar(silent=False) as progress, tempfile.TemporaryDirectory() as work:
            for done, name in enumerate(PRESETS, start=1):
                networks.append(measure_preset(name, args.repeats))
                progress("networks", done, len(PRESETS) + 1)
            networks.append(measure_peer(args.repeats))
            mix, rounding = measure_beside(args.repeats)
            for size, repeats in jobs:
                steps = measured_processes(size, repeats, args.threads, Path(work))
                for done, process in enumerate(steps, start=1):
                    processes.append(process)
                    progress(f"processes, {process.size}", done, 2)
    except SshrError as error:
        print(f"speed: {error}", file=sys.stderr)
        return error.exit_code
    show(f"one {SIDE}x{SIDE} tile, {args.threads} threads", networks)
    print(f"keyed mix of a tile {mix:.4f} s, rounding {rounding:.4f} s")
    show(f"whole sshr processes, {args.threads} threads", processes)
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs"
    told = {"machine": f"{machine}, torch {torch.__version__}", "threads": args.threads}
    told |= {"repeats": args.repeats, "networks": networks, "processes": processes}
    keep(args.json, **told, mix_seconds=mix, rounding_seconds=rounding)
    return 0


def width_height(text: str) -> tuple[int, int]:
    width, height = text.lower().split("x")
    return int(width), int(height)


def measure_preset(name: str, repeats: int) -> NetworkSpeed:
    """The network as conceal and reveal run it, a tile's scales and strength included; keys and mix
    are made before. Operations are those of the closed form in torch.
    """
    network = load_tiles(name)
    seconds = (median_seconds(way, repeats) for way in passes(network))
    net = load_model(name, "cpu").net
    return NetworkSpeed(name, net.parameter_count(), *seconds, *_operations(net))


def passes(network: TileNetwork) -> tuple[Callable[[], Floats], Callable[[], Floats]]:
    """Conceal and reveal of one tile, what goes in being ready; both give levels (H, W, 3)."""
    secret, reference = tile_pair()
    small = thumbnail(reference)
    k_sym = network.rsrk_symmetric(network.rsrk_public(thumbnail(secret)), small)
    mix = keyed_mix(network)
    made = network.conceal(secret, reference, k_sym, mix)
    stego = np.rint(made.levels).clip(0, 255).astype(np.uint8)

    def conceal() -> Floats:
        return network.conceal(secret, reference, k_sym, mix).levels

    def reveal() -> Floats:
        return network.reveal(stego, reference, k_sym, made.scales, mix)

    return conceal, reveal


@torch.inference_mode()
def _operations(net: StegoNet) -> tuple[int, int]:
    """Of conceal and reveal of one tile."""
    secret, reference = tensor_pair()
    k_sym = net.rsrk_symmetric(net.rsrk_public(secret), reference)
    draw, sizes = torch.Generator().manual_seed(0), net.group_sizes((SIDE, SIDE))
    mix = random_mix(sizes, draw, torch.device("cpu")) if net.uses_mix else None
    stego, scales = net.conceal_at_once(secret, reference, k_sym, mix)
    return (
        flops(lambda: net.conceal_at_once(secret, reference, k_sym, mix)),
        flops(lambda: net.reveal_at_once(stego, reference, k_sym, scales, mix)),
    )


def measure_beside(repeats: int) -> tuple[float, float]:
    """Seconds for the keyed mix of a tile and for its shaped rounding, under `base`."""
    network = load_tiles("base")
    secret, reference = tile_pair()
    small = thumbnail(reference)
    k_sym = network.rsrk_symmetric(network.rsrk_public(small), small)
    made = network.conceal(secret, reference, k_sym, keyed_mix(network))
    tile = (slice(0, SIDE), slice(0, SIDE))

    def rounding() -> None:
        Rounder(made.levels, made.strength, [tile], network.noise_spectrum()).round()

    return median_seconds(lambda: keyed_mix(network), repeats), median_seconds(rounding, repeats)


@torch.inference_mode()
def measure_peer(repeats: int) -> NetworkSpeed:
    peer = HiNet(RivalConfig("hinet")).eval()
    secret, reference = tensor_pair()
    stego, lost = peer.conceal(secret, reference)
    noise = torch.randn_like(lost)
    conceal, reveal = partial(peer.conceal, secret, reference), partial(peer.reveal, stego, noise)
    return timed("peer", peer.parameter_count(), conceal, reveal, repeats)


def timed(name: str, parameters: int, conceal: Work, reveal: Work, repeats: int) -> NetworkSpeed:
    seconds = (median_seconds(way, repeats) for way in (conceal, reveal))
    return NetworkSpeed(name, parameters, *seconds, flops(conceal), flops(reveal))


def tile_pair() -> tuple[Rgb8, Rgb8]:
    """Secret and reference, (256, 256, 3), from the example photographs."""
    secret, reference = (centre_crop(read_image(path).rgb, SIDE) for path in (SECRET, REFERENCE))
    return secret, reference


def tensor_pair() -> tuple[torch.Tensor, torch.Tensor]:
    """The same as (1, 3, 256, 256) in [0, 1]."""
    secret, reference = (to_tensor(picture) for picture in tile_pair())
    return secret, reference


def keyed_mix(network: TileNetwork) -> KeyedMix | None:
    """The mix of one tile from a session key as in use, if this network needs one."""
    if not network.uses_mix:
        return None
    session = Session.of(bytes(32), bytes(16), bytes(32))
    return session_mix(session, 0, network.group_sizes((SIDE, SIDE)))


def measured_processes(
    size: tuple[int, int], repeats: int, threads: int, folder: Path
) -> Iterator[ProcessSpeed]:
    """`sshr conceal` and `sshr reveal` on a pair of this width and height."""
    if not repeats:
        return
    label = f"{size[0]}x{size[1]}"
    names = (f"{label}-{role}.png" for role in ("secret", "reference", "stego", "revealed"))
    secret, reference, stego, revealed = (folder / name for name in names)
    write_image(secret, picture(SECRET, size, seed=1))
    write_image(reference, picture(REFERENCE, size, seed=2))
    end = ("--force", "--json")
    commands = {
        "conceal": ("conceal", secret, "--reference", reference, "-o", stego, *end),
        "reveal": ("reveal", stego, "--reference", reference, "-o", revealed, *end),
    }
    for command, words in commands.items():
        if repeats > 1:
            run_sshr(words, PASSPHRASE, threads)  # fills the disk cache
        runs = [run_sshr(words, PASSPHRASE, threads) for _ in range(repeats)]
        seconds, cpu = median(run.seconds for run in runs), min(run.cpu_seconds for run in runs)
        peak = max(run.peak_bytes for run in runs)
        yield ProcessSpeed(command, label, repeats, seconds, cpu, peak)


def sealed_speed(size: tuple[int, int], threads: int, repeats: int) -> dict[str, Any]:
    """Seconds and memory of whole processes, and seconds of a small reveal: lossy and exact."""
    told: dict[str, Any] = {"cores": threads, "size": "{}x{}".format(*size)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference, stego, data = folder / "reference.png", folder / "stego.png", folder / "data"
        write_image(reference, picture(REFERENCE, (SIDE, SIDE), seed=2))
        secret, keys, times = (
            picture(SECRET, (SIDE, SIDE), seed=1),
            sshr.Keys(reference_alone=True),
            [],
        )
        for options in ({"stego_psnr": 46.0}, {"quality": "lossless"}):
            sshr.conceal(secret, reference, keys, "sealed", **options).save(stego, force=True)
            times.append(median_seconds(lambda: sshr.reveal(stego, reference, keys), repeats))
        told["unseal_256_seconds"] = sorted(times)
        write_image(reference, picture(REFERENCE, size, seed=2), force=True)
        write_image(folder / "secret.png", picture(SECRET, size, seed=1))
        data.write_bytes(np.random.default_rng(0).bytes(FILE_BYTES))
        end = ("-r", reference, "--force", "--json")
        reveal = ("reveal", stego, "-o", folder / "revealed.png", *end)
        for what, words in (("file", ("--file", data)), ("picture", (folder / "secret.png",))):
            conceal = ("conceal", *words, "--transport", "sealed", "-o", stego, *end)
            told[what] = {}
            for verb, command in (("conceal", conceal), ("reveal", reveal)):
                usage = run_sshr(command, PASSPHRASE, threads)
                told[what][f"{verb}_seconds"] = usage.seconds
                told[what][f"{verb}_memory"] = f"{usage.peak_bytes / 2**20:.0f} MiB"
    return told


def picture(photo: Path, size: tuple[int, int], seed: int) -> Rgb8:
    """The photograph cut or enlarged to width and height; enlarged ones get some grain."""
    with Image.open(photo) as opened:
        source = opened.convert("RGB")
    if size == (SIDE, SIDE):
        return centre_crop(np.asarray(source), SIDE)
    enlarged = np.asarray(source.resize(size, Image.Resampling.BICUBIC), np.float32)
    grain = np.random.default_rng(seed).standard_normal(enlarged.shape, np.float32)
    return np.clip(np.rint(enlarged + GRAIN * grain), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    sys.exit(main())
