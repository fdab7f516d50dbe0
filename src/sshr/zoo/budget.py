"""A limit on what building a network may allocate, so that a file cannot ask for any amount."""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

CALL = 256


class Budget(TorchFunctionMode):
    """While active, the tensors that torch's functions return have at most `limit` samples in all.

    A call counts as CALL samples at least, so that a long loop over small ones ends as well.

    Raises:
        ValueError: they have more.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.left = limit

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.left -= max(CALL, result.numel())
            if self.left < 0:
                raise ValueError("its configuration asks for a larger network than it holds")
        return result
