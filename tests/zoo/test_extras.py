"""What needs torch says which extra brings it."""

import importlib.util

import pytest

from sshr.errors import UsageError
from sshr.zoo.extras import has_torch, require_torch


def test_torch_is_there() -> None:
    assert has_torch()
    require_torch("this")


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not has_torch()
    with pytest.raises(UsageError, match=r"--attacks needs PyTorch: .*'sshr\[train\]'"):
        require_torch("--attacks")
