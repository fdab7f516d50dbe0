"""The paper's rivals: their training on one budget, and their time and memory beside ours.

    python benchmarks/rivals.py --train PHOTOGRAPHS --runs RUNS                 # hours, resumes
    python benchmarks/rivals.py --runs RUNS --json docs/results/rivals.json     # what the runs were
    python benchmarks/rivals.py --speed --json docs/results/rivals.json

`--train` runs `sshr train --recipe rivals/NAME` for every packaged recipe, one after the other on
one thread, and writes each run's processor time beside it. Runs of other recipes stay in the file
of figures. `--speed` takes one pair of 256 px through every network, ours included, each in a
process of its own with one thread; weights make no difference there, so those of rivals are random.
Times are the processor's, not the clock's: other work on the machine disturbs them less.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

import torch
from printing import keep, kept, show
from speed import passes, tensor_pair

from sshr.network.kinds import build
from sshr.network.rivals.config import RIVALS
from sshr.network.rivals.rival import RivalNet
from sshr.training.recipe_file import load_recipe
from sshr.zoo.checkpoint import load_network
from sshr.zoo.presets import PRESETS
from sshr.zoo.registry import load_model
from sshr.zoo.tiles import load_tiles

SPENT = "spent.json"
MODEL = "model.safetensors"


@dataclass(frozen=True)
class NetworkCost:
    """One pair of 256 px, one thread: processor seconds each way, peak memory of the process."""

    name: str
    parameters: int
    conceal_seconds: float
    reveal_seconds: float
    peak_bytes: int


def recipes() -> list[str]:
    """The names of the packaged ones."""
    folder = files("sshr.training") / "recipes" / "rivals"
    return sorted(Path(entry.name).stem for entry in folder.iterdir())


def train(name: str, photographs: Path, out: Path) -> None:
    """Begin a run, or go on with it; its processor time adds up in SPENT."""
    words = ["--data", photographs, "--out", out, "--threads", 1, "--device", "cpu"]
    words += ["--resume"] if (out / "last.ckpt").exists() else ["--recipe", f"rivals/{name}"]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "sshr", "train", *map(str, words)]
    subprocess.run(command, check=True)
    after, path = resource.getrusage(resource.RUSAGE_CHILDREN), out / SPENT
    told = json.loads(path.read_text()) if path.exists() else {"cpu": 0.0, "wall": 0.0}
    told["cpu"] += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told["wall"] += time.perf_counter() - started
    path.write_text(json.dumps(told) + "\n")


def facts(name: str, run: Path) -> dict[str, Any]:
    """What a finished run was: recipe, crops, steps, time, digest, the last row of its log."""
    recipe, spent = load_recipe(f"rivals/{name}"), json.loads((run / SPENT).read_text())
    with (run / "log.csv").open(newline="") as file:
        last = list(csv.DictReader(file))[-1]
    # The log has no row for steps after its last full interval.
    held = torch.load(run / "last.ckpt", map_location="cpu", weights_only=True, mmap=True)
    _, digest = load_network(run / MODEL, torch.device("cpu"))
    return {
        "recipe": name,
        "system": recipe.preset,
        "channel": recipe.channel.kind,
        "crop": recipe.data.crop,
        "pairs": recipe.data.batch,
        "steps": int(held["sshr"]["step"]),
        "planned": recipe.schedule.steps,
        "cpu_minutes": round(spent["cpu"] / 60, 2),
        "wall_minutes": round(spent["wall"] / 60, 2),
        "skipped": int(float(last["skipped"])),
        "rollbacks": int(float(last["rollbacks"])),
        "bytes": (run / MODEL).stat().st_size,
        "digest": digest.hex(),
    }


def joined(path: Path | None, runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With those of other recipes that the file of figures has."""
    found = {run["recipe"]: run for run in (*kept(path).get("runs", []), *runs)}
    return [found[name] for name in sorted(found)]


def processor_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median over `repeats` calls, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return median(times)


@torch.inference_mode()
def cost(name: str, repeats: int) -> NetworkCost:
    """Of one network, in this process."""
    torch.set_num_threads(1)
    if name in PRESETS:
        conceal, reveal = passes(load_tiles(name))
        parameters = load_model(name, "cpu").net.parameter_count()
    else:
        net = build(RIVALS[name]).eval()
        assert isinstance(net, RivalNet)
        secret, cover = tensor_pair()
        stego, draw = net.hide(secret, cover), torch.Generator()

        def conceal() -> torch.Tensor:
            return net.hide(secret, cover)

        def reveal() -> torch.Tensor:
            return net.recover(stego, draw)

        parameters = net.parameter_count()
    seconds = [processor_seconds(way, repeats) for way in (conceal, reveal)]
    use = resource.getrusage(resource.RUSAGE_SELF)
    peak = use.ru_maxrss if sys.platform == "darwin" else use.ru_maxrss * 1024
    return NetworkCost(name, parameters, *seconds, peak)


def costs(repeats: int) -> list[NetworkCost]:
    """Of all networks, each in a process of its own."""
    found = []
    for name in (*PRESETS, *RIVALS):
        command = [sys.executable, __file__, "--one", name, "--repeats", str(repeats)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found.append(NetworkCost(**json.loads(done.stdout)))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, metavar="PHOTOGRAPHS", help="folder to train on")
    parser.add_argument("--runs", type=Path, help="folder of the runs, one below it for each")
    parser.add_argument("--only", nargs="+", help="of the recipes")
    parser.add_argument("--speed", action="store_true", help="time and memory")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=(*PRESETS, *RIVALS), help="this one, in this process")
    parser.add_argument("--json", type=Path, metavar="OUT", help="keep the figures here")
    args = parser.parse_args()
    if args.one:
        print(json.dumps(vars(cost(args.one, args.repeats))))
        return 0
    names = args.only or recipes()
    if args.train:
        for name in names:
            train(name, args.train, args.runs / name)
    if args.runs:
        runs = [facts(name, args.runs / name) for name in names if (args.runs / name).exists()]
        show("runs", runs)
        keep(args.json, runs=joined(args.json, runs))
    if args.speed:
        found = costs(args.repeats)
        show("one pair of 256 px, one thread", found)
        keep(args.json, networks=found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
