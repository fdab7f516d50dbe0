"""Whether merged kernels and `torch.compile` pay for a command that runs once.

    python benchmarks/merging.py [--threads 1] [--preset FILE] [--compile] [--json OUT]

Times one 256x256 tile, concealed and revealed, as loaded and after `fuse()`, taking turns so that
a busy machine slows all alike; and all kernels of the network, merged once. `--compile` also
compiles what the network has learned for that tile and counts the time of the first call; an empty
TORCHINDUCTOR_CACHE_DIR makes that the time of a first use. `--preset` takes checkpoints too.
"""

import argparse
import copy
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import torch
from measuring import median_seconds
from printing import show
from speed import PRESETS, passes
from torch import nn

from sshr.network.companding import Companding
from sshr.network.diffusion import DiffusionTerm
from sshr.network.guidance import Guidance
from sshr.network.model import SshrNet
from sshr.network.reaction import ReactionTerm
from sshr.network.reparam import RepKernel
from sshr.zoo.registry import load_model

LEARNED = (Companding, DiffusionTerm, ReactionTerm, Guidance)


@dataclass(frozen=True)
class Timing:
    """Seconds for one tile, both ways, unless the name says otherwise; None: not tried.

    Attributes:
        kernels: re-parameterised ones of the network.
        merging: of all of them once, as each call does without `fuse()`.
        largest_change: of a sample in [0, 1] by `fuse()`, stego and revealed.
        compiled_first: the first call of the compiled network, compilation included.
    """

    name: str
    kernels: int
    plain: float
    fused: float
    merging: float
    largest_change: float
    compiled: float | None = None
    compiled_first: float | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--preset", action="append", help="preset or checkpoint; default: all")
    parser.add_argument("--compile", action="store_true", help="minutes; needs a C++ compiler")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    timings = [measure(name, args.repeats, args.compile) for name in args.preset or PRESETS]
    show(f"one 256 px tile, conceal and reveal, {args.threads} threads, seconds", timings)
    if args.json:
        told = {"threads": args.threads, "timings": [asdict(timing) for timing in timings]}
        args.json.write_text(json.dumps(told, indent=1) + "\n")


@torch.no_grad()
def measure(preset: str, repeats: int, compiling: bool = False) -> Timing:
    net = load_model(preset, "cpu").net
    fused = copy.deepcopy(net)
    fused.fuse()
    work = [both_ways(net), both_ways(fused)]
    before, after = (once() for once in work)
    change = max(float((a - b).abs().max()) for a, b in zip(before, after, strict=True))
    first = None
    if compiling:
        compiled = copy.deepcopy(fused)
        compile_learned(compiled)
        work.append(both_ways(compiled))
        first = median_seconds(work[-1], 1, warm_up=0)
        work[-1]()
    turns = [[median_seconds(once, 1, warm_up=0) for once in work] for _ in range(repeats)]
    plain, merged, *steady = (median(times) for times in zip(*turns, strict=True))
    kernels = [module for module in net.modules() if isinstance(module, RepKernel)]
    merging = median_seconds(lambda: [kernel() for kernel in kernels], repeats)
    times = (plain, merged, merging, change, steady[0] if steady else None, first)
    return Timing(preset, len(kernels), *times)


def both_ways(net: SshrNet) -> Callable[[], list[torch.Tensor]]:
    """Conceal and reveal one tile."""
    conceal, reveal = passes(net)
    return lambda: [conceal(), reveal()]


def compile_learned(net: nn.Module) -> None:
    """Compile the learned functions of the steps; what couples them stays as it is."""
    for module in net.modules():
        if isinstance(module, LEARNED):
            module.compile()


if __name__ == "__main__":
    main()
