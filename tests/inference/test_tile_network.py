"""Whatever runs a network, it has all that conceal and reveal ask for."""

import inspect

import pytest

from sshr.inference.closed_form import ClosedForm
from sshr.inference.tile_network import TileNetwork
from sshr.zoo.loaded import LoadedModel

ASKED = [name for name in vars(TileNetwork) if not name.startswith("_")]


@pytest.mark.parametrize("kind", [ClosedForm, LoadedModel])
def test_every_kind_has_everything(kind: type) -> None:
    assert len(ASKED) == 12
    own = set(dir(kind)) | set(kind.__dataclass_fields__)
    assert own >= set(ASKED)
    for name in ASKED:
        asked = vars(TileNetwork)[name]
        if inspect.isfunction(asked):
            found = inspect.signature(getattr(kind, name)).parameters
            assert list(found) == list(inspect.signature(asked).parameters)
