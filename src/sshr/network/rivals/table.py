"""The rivals' classes by name: one table."""

from sshr.network.rivals.additive import Udh, Weng
from sshr.network.rivals.baluja import Baluja
from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.hidden import Hidden
from sshr.network.rivals.invertible import HiNet, Isn
from sshr.network.rivals.rival import RivalNet

CLASSES: dict[str, type[RivalNet]] = {
    "hidden": Hidden,
    "baluja": Baluja,
    "weng": Weng,
    "udh": Udh,
    "isn": Isn,
    "hinet": HiNet,
}


def build_rival(config: RivalConfig) -> RivalNet:
    """A freshly initialised network of this configuration."""
    return CLASSES[config.system](config)
