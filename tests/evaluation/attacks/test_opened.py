"""The network that an attacker looks into."""

from sshr.evaluation.attacks.opened import opened
from sshr.transports.analog.engine import Engine
from sshr.zoo.registry import load_model
from sshr.zoo.tiles import load_tiles


def test_it_is_the_checkpoint_of_the_graphs() -> None:
    loaded = load_model("paper", "cpu")
    assert opened(Engine(loaded)) is loaded
    assert opened(Engine(load_tiles("paper"))) is loaded
