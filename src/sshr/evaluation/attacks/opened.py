"""The network in torch that an attacker looks into."""

from sshr.transports.analog.engine import Engine
from sshr.zoo.loaded import LoadedModel
from sshr.zoo.registry import open_model


def opened(engine: Engine) -> LoadedModel:
    """The engine's network.

    Raises:
        CheckpointError: there are its graphs alone.
    """
    return open_model(engine.model)
