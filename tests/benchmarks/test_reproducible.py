"""Differences between whole evaluations are seen."""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any


def test_differences_of_evaluations_are_seen(load: Callable[[str], ModuleType]) -> None:
    script = load("reproducible")

    def line(psnr: float, mae: float) -> list[dict[str, Any]]:
        return [{"pair": "a", "stego": {"psnr": psnr, "mae": mae}, "listed": [1, 2.0]}]

    assert script.differences(line(40, 1), line(40, 1)) == (0, 0)
    assert script.differences(line(math.inf, 1), line(math.inf, 1)) == (0, 0)
    apart = script.differences(line(40, 1), line(40.5, 0.75))
    assert apart == (0.5, 0.25)
    assert script.differences(line(40, 1), [{"pair": "a"}]) == (math.inf, math.inf)
