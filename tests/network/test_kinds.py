"""The table of networks: each configuration says whose it is, and a further kind is a line."""

import json

import pytest
from toy_network import ToyConfig, ToyNet, add_toy

from sshr.network import config
from sshr.network.kinds import (
    DEFAULT,
    KINDS,
    build,
    config_from_dict,
    config_to_dict,
    kind_name,
    kind_named,
    presets,
)
from sshr.network.model import SshrNet
from sshr.network.rivals.config import SYSTEMS

SMALL = config.ModelConfig(
    key_dim=16,
    exact=config.ExactConfig(
        block=8,
        rings=8,
        mixed=True,
        companding=config.CompandingConfig(width=8, rbf=True),
        strength=config.StrengthConfig(learned=True),
    ),
)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_knows_its_own(name: str) -> None:
    kind = kind_named(name)
    assert kind_name(kind.config()) == name
    for preset in (kind.config(), *kind.presets.values()):
        values = json.loads(json.dumps(config_to_dict(preset)))
        assert config_from_dict(values) == preset
        assert preset.key_dim % 4 == 0


def test_the_default_kind_needs_no_name() -> None:
    values = config_to_dict(config.ModelConfig())
    assert "kind" not in values
    assert config_from_dict(values | {"kind": DEFAULT}) == config.ModelConfig()


@pytest.mark.parametrize("kind", ["other", "", None, 3, []])
def test_unknown_kinds_are_refused(kind: object) -> None:
    with pytest.raises(ValueError, match=r"kind: .* is not one of sshr"):
        config_from_dict(config_to_dict(config.ModelConfig()) | {"kind": kind})


def test_a_line_in_the_table_adds_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    add_toy(monkeypatch)
    assert set(presets()) == {"base", "paper", *SYSTEMS, "toy"}
    own = ToyConfig(share=0.5)
    assert config_to_dict(own)["kind"] == "toy"
    assert config_from_dict(config_to_dict(own)) == own
    assert isinstance(build(own), ToyNet)
    with pytest.raises(ValueError, match=r"share: 2.0 is outside \[0, 1\]"):
        config_from_dict(config_to_dict(own) | {"share": 2})
    with pytest.raises(ValueError, match="rings: unknown"):
        config_from_dict(config_to_dict(own) | {"rings": 2})


@pytest.mark.parametrize("own", [SMALL, config.ModelConfig(start="zero", key_dim=16)])
def test_what_is_measured_is_no_parameter(own: config.ModelConfig) -> None:
    net = build(own)
    assert type(net) is SshrNet
    learned = {name for name, _ in net.named_parameters()}
    still = set(net.state_dict()) - learned
    assert still <= kind_named(DEFAULT).measured
    assert not learned & kind_named(DEFAULT).measured
