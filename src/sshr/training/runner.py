"""A whole training run: from a recipe and a folder of photographs to a checkpoint."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.strategies import DDPStrategy

from sshr.errors import DeviceError, TrainingError, UsageError
from sshr.files.names import reason, shown
from sshr.network.hiding import HidingNet
from sshr.training.data import CropSampler
from sshr.training.folders import describe_layout
from sshr.training.module import TrainingModule
from sshr.training.objective import has_unused_parameters
from sshr.training.photos import Photos, Say, load_photos, thinned
from sshr.training.recipe import Recipe
from sshr.training.recipe_file import recipe_from_dict, save_recipe
from sshr.training.reporting import Reporter
from sshr.training.sessions import LAST, MODEL, Saver, Stopper
from sshr.training.start import initial_net
from sshr.zoo.registry import pick_device

RECIPE = "recipe.yaml"
FEATURES = "features.pt"


@dataclass(frozen=True)
class TrainingSession:
    """How one session of a run is carried out; only `steps` changes what the run computes.

    Attributes:
        data: folder of photographs.
        out: RUN_DIR.
        workers: processes that decode; None: what suits the device.
        threads: of torch; None: its own choice.
        max_seconds: after which the session ends, to be resumed.
        steps: of the whole run, instead of the recipe's.
    """

    data: Path
    out: Path
    resume: bool = False
    device: str = "auto"
    devices: int = 1
    workers: int | None = None
    threads: int | None = None
    max_seconds: float | None = None
    alexnet: Path | None = None
    steps: int | None = None


@dataclass(frozen=True)
class Ended:
    """How a session ended; `signal` is the one that ended it, if one did."""

    step: int
    steps: int
    model: Path
    signal: int | None


def train(recipe: Recipe | None, session: TrainingSession, say: Say) -> Ended:
    """Run or resume until the recipe's steps are done, the time is up or a signal comes.

    Args:
        recipe: may be None when resuming; else it may differ in `schedule` and `report` alone.

    Raises:
        TrainingError: nothing to resume or a run already there, unusable photographs, divergence.
        RecipeError, CheckpointError, DeviceError: see there.
    """
    if session.devices < 1:
        raise UsageError(f"--devices {session.devices} is below 1")
    place = pick_device(session.device)
    if place.type == "cuda" and session.devices > torch.cuda.device_count():
        raise DeviceError(f"this machine has only {torch.cuda.device_count()} CUDA devices")
    if is_helper():
        say = lambda line: None  # noqa: E731  # the first device speaks for all
    if session.threads:
        torch.set_num_threads(session.threads)
    last = session.out / LAST
    recipe = _resumed(recipe, last) if session.resume else _begun(recipe, session.out)
    if session.steps is not None:
        recipe = replace(recipe, schedule=replace(recipe.schedule, steps=session.steps))
    layout = describe_layout(session.data)
    paths = thinned(layout.photographs(), recipe.data.limit)
    say(f"{layout.name}: {len(paths)} files below {shown(layout.folder)}")
    net = initial_net(recipe, session.alexnet)
    if not is_helper():
        _make(session.out, recipe)
    photos = _photos(paths, recipe, net, place, session.out, say)
    crops = CropSampler(photos, recipe.data.crop, recipe.seed)
    if not session.resume and recipe.start is None:
        count = recipe.data.start_crops
        say(f"fitting the linear start to {count} crops, which may take minutes")
        net.prepare(photos.features, crops.crops(count))
    workers = _workers(session, photos, place)
    minutes = recipe.schedule.minutes
    limits = [session.max_seconds, None if minutes is None else minutes * 60]
    stopper = Stopper(min((t for t in limits if t is not None), default=None))
    reporter = Reporter(session.out, say)
    # The saver comes last: it writes what the others have left, and saves when the session ends.
    module = TrainingModule(net, recipe, crops, workers, [reporter, stopper, Saver(session.out)])
    with quiet(), contextlib.closing(reporter), contextlib.closing(stopper):
        trainer = lightning.Trainer(
            accelerator="gpu" if place.type == "cuda" else "cpu",
            devices=session.devices,
            strategy=_strategy(module, session.devices, place),
            max_epochs=1,
            logger=False,
            default_root_dir=session.out,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
        )
        trainer.fit(module, ckpt_path=last if session.resume else None, weights_only=True)
    return Ended(module.step, recipe.schedule.steps, session.out / MODEL, stopper.signal)


def _begun(recipe: Recipe | None, out: Path) -> Recipe:
    """The recipe of a new run, for which `out` must be free."""
    if recipe is None:
        raise UsageError("a new run needs a recipe; one that goes on needs --resume")
    if (out / LAST).exists() and not is_helper():
        raise TrainingError(f"{shown(out)}: holds a run; --resume goes on with it")
    return recipe


def _make(out: Path, recipe: Recipe) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        save_recipe(recipe, out / RECIPE)
    except OSError as error:
        raise TrainingError(f"{shown(out)}: cannot write there ({reason(error)})") from None


def _resumed(recipe: Recipe | None, last: Path) -> Recipe:
    """The recipe of the run in RUN_DIR, with the steps of `recipe` if one is given."""
    if not last.exists():
        raise TrainingError(f"{shown(last)}: not there, so there is nothing to resume")
    try:
        held: Any = torch.load(last, map_location="cpu", weights_only=True)["sshr"]
    except Exception as error:
        # The boundary: torch's reader raises nearly anything on foreign files.
        raise TrainingError(f"{shown(last)}: cannot be resumed ({reason(error)})") from None
    own = recipe_from_dict(held["recipe"], shown(last))
    if recipe is None:
        return own
    own = replace(own, schedule=recipe.schedule, report=recipe.report)
    changed = [key for key, value in own.as_dict().items() if value != recipe.as_dict()[key]]
    if changed:
        raise TrainingError(f"{shown(last)}: was begun with another recipe ({', '.join(changed)})")
    return own


def _photos(
    paths: list[Path], recipe: Recipe, net: HidingNet, place: torch.device, out: Path, say: Say
) -> Photos:
    features, data = net.features.to(place), recipe.data
    photos = load_photos(paths, data.crop, features, data.cache, out / FEATURES, say)
    net.features.to("cpu")
    kept = "in memory" if photos.cache is not None else "read as needed"
    say(f"{len(photos)} photographs, {kept}")
    return photos


def _workers(session: TrainingSession, photos: Photos, place: torch.device) -> int:
    """A cached crop costs microseconds, so a CPU needs no process for it."""
    if session.workers is not None:
        return session.workers
    spare = max(1, (os.cpu_count() or 1) // session.devices - 1)
    if place.type == "cpu":
        return 0 if photos.cache is not None else 1
    return min(2 if photos.cache is not None else 8, spare)


def _strategy(module: TrainingModule, devices: int, place: torch.device) -> Any:
    if devices == 1:
        return "auto"
    return DDPStrategy(
        find_unused_parameters=has_unused_parameters(module.net, module.recipe.loss),
        broadcast_buffers=False,
        process_group_backend="nccl" if place.type == "cuda" else "gloo",
    )


def is_helper() -> bool:
    """True in the processes that Lightning starts for further devices."""
    return int(os.environ.get("LOCAL_RANK", 0)) > 0


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without the tips, device lines and advice that Lightning gives to its programmers."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning\..*")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)
