"""What needs torch says so, in one place: conceal and reveal do without it."""

import importlib.util

from sshr.errors import UsageError


def has_torch() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


def require_torch(what: str) -> None:
    """Nothing, or an error that names the extra.

    Raises:
        UsageError: it is not installed.
    """
    if not has_torch():
        raise UsageError(f"{what} needs PyTorch: python -m pip install 'sshr[train]'")
