"""How long work tells its caller where it stands."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with (stage, pieces done, pieces in all)."""


def quiet(stage: str, done: int, total: int) -> None:
    """The progress callback that says nothing."""
