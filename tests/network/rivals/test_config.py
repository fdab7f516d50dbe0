import pytest

from sshr.network.rivals.config import RIVALS, SYSTEMS, RivalConfig


def test_a_configuration_names_a_known_system() -> None:
    assert set(RIVALS) == set(SYSTEMS)
    with pytest.raises(ValueError, match="system: 'cross' is not one of hidden, baluja"):
        RivalConfig("cross")


@pytest.mark.parametrize("config", RIVALS.values())
def test_no_rival_has_keys_or_knows_what_rounding_does(config: RivalConfig) -> None:
    assert (config.key_dim, config.scale_count) == (0, 0)
    assert not config.uses_mix
    assert not config.shapes_rounding
    assert config.losses == ("own", "rate")
