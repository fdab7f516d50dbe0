"""Train a preset from a folder of photographs: `python -m sshr.training.run --help`."""

import argparse
import dataclasses
import json
from pathlib import Path

import torch

from sshr.network.base import BaseNet
from sshr.network.config import BaseConfig, ModelConfig, PaperConfig
from sshr.network.rsrk import AlexNetFeatures
from sshr.training.data import CropSampler, load_photos, photo_features
from sshr.training.fit import band_energies, fit_gains
from sshr.training.loop import LoopConfig, train
from sshr.zoo.checkpoint import build, load_checkpoint, save_checkpoint

PRESETS: dict[str, type[BaseConfig] | type[PaperConfig]] = {
    "base": BaseConfig,
    "paper": PaperConfig,
}


def load_alexnet(features: AlexNetFeatures, path: Path) -> None:
    """Fill the features from a safetensors file with torchvision's names (`features.N.*`)."""
    from safetensors.torch import load_file

    source = load_file(path)
    names = dict(zip(("conv1", "conv2", "conv3", "conv4", "conv5"), (0, 3, 6, 8, 10), strict=True))
    for ours, theirs in names.items():
        layer = getattr(features, ours)
        layer.weight.data.copy_(source[f"features.{theirs}.weight"].half())
        layer.bias.data.copy_(source[f"features.{theirs}.bias"].half())


def main() -> None:
    """Fit the linear start, train, write the checkpoint and a log beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--preset", choices=("base", "paper"), default="base")
    parser.add_argument("--alexnet", type=Path, help="AlexNet weights, torchvision names")
    parser.add_argument("--start", type=Path, help="go on from this checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint to write")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change an entry of the configuration (diffusion.NAME for its parts)",
    )
    args = parser.parse_args()
    if not args.start and not args.alexnet:
        parser.error("a new network needs --alexnet; one that goes on needs --start")
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    photos = load_photos(args.data, args.crop)
    sampler = CropSampler(photos, args.crop, args.seed)
    if args.start:
        net = load_checkpoint(args.start, torch.device("cpu")).net
        net.train().requires_grad_(True)
        net.features.requires_grad_(False)
    else:
        net = build(_configured(PRESETS[args.preset](), args.set))
        load_alexnet(net.features, args.alexnet)
    features = photo_features(net.features, photos)
    if isinstance(net, BaseNet) and not args.start:
        measured = [band_energies(net, sampler.sample(64)[0]) for _ in range(16)]
        energies = torch.cat([energies for energies, _ in measured])
        print(f"linear start: error {fit_gains(net, energies, measured[0][1]):.2f} dB")
        save_checkpoint(net, args.out.with_suffix(".start.safetensors"))
    config = LoopConfig(
        seconds=args.minutes * 60,
        batch=args.batch,
        crop=args.crop,
        rate=args.rate,
        seed=args.seed,
        loss="rate" if isinstance(net, BaseNet) else "paper",
    )
    with args.out.with_suffix(".jsonl").open("a") as log:
        for progress in train(net, sampler, features, config):
            log.write(json.dumps(dataclasses.asdict(progress)) + "\n")
            log.flush()
            total = progress.stego + progress.revealed
            print(
                f"{progress.step:6d} {progress.seconds:7.0f} s  {progress.stego:.2f} + "
                f"{progress.revealed:.2f} = {total:.2f} dB",
                flush=True,
            )
    print("digest", save_checkpoint(net, args.out).hex())


def _configured(config: ModelConfig, changes: list[str]) -> ModelConfig:
    for change in changes:
        name, value = change.split("=", 1)
        entry = json.loads(value)
        if "." in name:
            part, name = name.split(".", 1)
            inner = dataclasses.replace(getattr(config, part), **{name: entry})
            config = dataclasses.replace(config, **{part: inner})
        else:
            config = dataclasses.replace(config, **{name: entry})
    return config


if __name__ == "__main__":
    main()
