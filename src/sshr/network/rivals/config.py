"""Which rival a network is: the whole of its configuration."""

from dataclasses import dataclass

from sshr.network.strict import one_of

SYSTEMS = ("hidden", "baluja", "weng", "udh", "isn", "hinet")
"""Their layer plans are fixed, as published; `sshr.network.rivals.table` has their classes."""


@dataclass(frozen=True)
class RivalConfig:
    """Configuration of a rival."""

    system: str = "hinet"

    def __post_init__(self) -> None:
        one_of(SYSTEMS, system=self.system)

    @property
    def key_dim(self) -> int:
        """None of them has keys."""
        return 0

    @property
    def scale_count(self) -> int:
        """Nothing travels beside the stego."""
        return 0

    @property
    def uses_mix(self) -> bool:
        """None has a keyed mix."""
        return False

    @property
    def shapes_rounding(self) -> bool:
        """None knows what rounding does."""
        return False

    @property
    def losses(self) -> tuple[str, ...]:
        """Its authors' loss, or the rate-controlled one of our presets."""
        return ("own", "rate")


RIVALS = {system: RivalConfig(system) for system in SYSTEMS}
"""Presets of recipes, by name."""
