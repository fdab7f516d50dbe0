"""A progress bar on stderr for what takes longer than a second."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sshr.progress import Progress as Callback
from sshr.progress import quiet

PATIENCE = 1.0


@contextmanager
def progress_bar(silent: bool) -> Iterator[Callback]:
    """A callback that draws stages and remaining time; quiet if silent or without a terminal."""
    if silent or not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    started, tasks = time.monotonic(), {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done)
        if time.monotonic() - started > PATIENCE and not bar.live.is_started:
            bar.start()

    try:
        yield report
    finally:
        bar.stop()
