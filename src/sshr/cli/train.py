"""`sshr train`: the command that trains a preset."""

import importlib.util
import re
from pathlib import Path
from typing import Annotated

import typer

from sshr.cli.printing import say
from sshr.errors import UsageError
from sshr.files.names import shown

NEEDED = ("lightning", "tensorboard", "yaml")


def train(
    data: Annotated[Path, typer.Option("--data", "-d", help="Folder of photographs, any layout.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run.")],
    recipe: Annotated[
        str | None, typer.Option(help="base, paper, rivals/hinet ... or the path of a .yaml file.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    devices: Annotated[int, typer.Option(min=1, help="How many CPU processes or GPUs.")] = 1,
    max_time: Annotated[
        str | None, typer.Option(help="HH:MM:SS after which to stop; --resume goes on.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps of the whole run, instead of the recipe's.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Processes that read files.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of each process.")] = None,
    alexnet: Annotated[
        Path | None,
        typer.Option(help="AlexNet weights (safetensors) instead of the preset's own."),
    ] = None,
) -> None:
    """Train a preset on a folder of photographs.

    The checkpoint is OUT/model.safetensors.

    Example: sshr train --recipe base --data DIV2K --out run --max-time 00:25:00
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError("training needs more packages: python -m pip install 'sshr[train]'")
    seconds = None if max_time is None else _seconds(max_time)
    from sshr.training.recipe_file import load_recipe
    from sshr.training.runner import TrainingSession, is_helper
    from sshr.training.runner import train as run

    if recipe is None and not resume:
        raise UsageError("a new run needs --recipe: base, paper or the path of a .yaml file")
    chosen = None if recipe is None else load_recipe(recipe)
    places = data, out, resume, device, devices, workers, threads
    session = TrainingSession(*places, seconds, alexnet, steps)
    ended = run(chosen, session, say)
    if is_helper():
        return
    say(f"{shown(ended.model)} written after {ended.step} of {ended.steps} steps")
    if ended.signal is not None:
        say("interrupted; --resume goes on")
        raise typer.Exit(128 + ended.signal)


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+):([0-5]\d):([0-5]\d)", text)
    if not found or not any(map(int, found.groups())):
        raise UsageError(f"--max-time {shown(text)} is not a time such as 00:25:00")
    hours, minutes, seconds = map(int, found.groups())
    return hours * 3600.0 + minutes * 60 + seconds
