"""Configurations as plain data: round trip, and nothing but the exact entries is read."""

import json
from typing import Any

import pytest

from sshr.network.config import (
    AllocationConfig,
    BaseConfig,
    DiffusionConfig,
    EstimatorConfig,
    ModelConfig,
    PaperConfig,
    ReactionConfig,
    config_from_dict,
    config_to_dict,
)

LATER = {"diffusion_term", "reparameterised", "guided"}
CONFIGS = [
    PaperConfig(),
    BaseConfig(),
    PaperConfig(steps=3, tie_half_steps=False, diffusion=DiffusionConfig(filters=12, slope=0.5)),
    BaseConfig(
        transform="dct:8", coarse_rate=0.0, headroom=0.0, reaction=ReactionConfig(width=16, heads=2)
    ),
    PaperConfig(diffusion_term=False, reparameterised=False, guided=False),
    PaperConfig(transform="unshuffle:2"),
    BaseConfig(
        coarse_rate=0.4,
        allocation=AllocationConfig(width=8),
        estimator=EstimatorConfig(kind="diffusion", depth=2, diffusion=DiffusionConfig(radius=3.0)),
    ),
]


@pytest.mark.parametrize("config", CONFIGS)
def test_round_trip_through_json(config: ModelConfig) -> None:
    values = json.loads(json.dumps(config_to_dict(config)))
    assert config_from_dict(values) == config
    assert values["kind"] == ("paper" if isinstance(config, PaperConfig) else "base")


def test_the_input_is_left_alone() -> None:
    values = config_to_dict(BaseConfig())
    config_from_dict(values)
    assert values == config_to_dict(BaseConfig())


def test_whole_numbers_serve_as_floats() -> None:
    config = config_from_dict(config_to_dict(BaseConfig()) | {"headroom": 5})
    assert isinstance(config, BaseConfig)
    assert config == BaseConfig()
    assert isinstance(config.headroom, float)


@pytest.mark.parametrize("config", [PaperConfig(), BaseConfig()])
def test_a_missing_entry_is_refused_at_every_depth(config: ModelConfig) -> None:
    values, tried = config_to_dict(config), 0
    for name, value in values.items():
        if name in LATER:
            continue
        with pytest.raises(ValueError, match="not a configuration"):
            config_from_dict({k: v for k, v in values.items() if k != name})
        if isinstance(value, dict):
            for inner in value:
                part = {k: v for k, v in value.items() if k != inner}
                with pytest.raises(ValueError, match="not a configuration"):
                    config_from_dict(values | {name: part})
                tried += 1
    assert tried >= 9


def test_entries_that_came_later_may_be_missing() -> None:
    """Checkpoints from before them must load; nothing else may be missing."""
    values = config_to_dict(PaperConfig())
    first = {name: value for name, value in values.items() if name not in LATER}
    assert set(values) - set(first) == LATER
    assert config_from_dict(first) == PaperConfig()
    for name in LATER:
        assert config_from_dict(first | {name: False}) == PaperConfig(**{name: False})
        for wrong in (0, None, "no"):
            with pytest.raises(ValueError, match="not a configuration"):
                config_from_dict(first | {name: wrong})
    with pytest.raises(ValueError, match="not a configuration"):
        config_from_dict(config_to_dict(BaseConfig()) | {"guided": True})


@pytest.mark.parametrize("config", [PaperConfig(), BaseConfig()])
def test_an_unknown_entry_is_refused_at_every_depth(config: ModelConfig) -> None:
    values = config_to_dict(config)
    with pytest.raises(ValueError, match="not a configuration"):
        config_from_dict(values | {"extra": 1})
    parts = [name for name, value in values.items() if isinstance(value, dict)]
    assert {"diffusion", "reaction"} <= set(parts)
    for part in parts:
        with pytest.raises(ValueError, match="not a configuration"):
            config_from_dict(values | {part: values[part] | {"extra": 1}})


@pytest.mark.parametrize("kind", ["Base", "", "other", None, 3, ["base"]])
def test_a_wrong_kind_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="not a configuration"):
        config_from_dict(config_to_dict(BaseConfig()) | {"kind": kind})


def test_the_kind_decides_the_entries() -> None:
    with pytest.raises(ValueError, match="not a configuration"):
        config_from_dict(config_to_dict(BaseConfig()) | {"kind": "paper"})


@pytest.mark.parametrize("values", [None, 5, "base", [], [["kind", "base"]], {}])
def test_what_is_no_dictionary_of_entries_is_refused(values: Any) -> None:
    with pytest.raises(ValueError, match="not a configuration"):
        config_from_dict(values)


@pytest.mark.parametrize(
    "changes",
    [
        {"transform": "haar:2"},
        {"transform": 3},
        {"colour": "cmyk"},
        {"mixing": 0.89},
        {"mixing": 1.01},
        {"mixing": float("nan")},
        {"mixing": "0.97"},
        {"secret_steps": 0},
        {"secret_steps": 1.5},
        {"secret_steps": "1"},
        {"secret_steps": True},
        {"reference_steps": 0},
        {"coarse_rate": -0.1},
        {"coarse_rate": 1.1},
        {"coarse_rate": float("nan")},
        {"coarse_rate": None},
        {"transform": "dct:8"},
        {"transform": "unshuffle:2"},
        {"key_dim": 0},
        {"headroom": -1.0},
        {"headroom": 127.5},
        {"tie_half_steps": 1},
        {"diffusion": None},
        {"diffusion": {}},
    ],
)
def test_values_out_of_range_or_of_another_type_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        config_from_dict(config_to_dict(BaseConfig()) | changes)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("diffusion", {"filters": 0}),
        ("diffusion", {"key_hidden": -2}),
        ("diffusion", {"radius": 0.0}),
        ("diffusion", {"radius": float("nan")}),
        ("diffusion", {"depthwise": "yes"}),
        ("estimator", {"kind": "wiener"}),
        ("estimator", {"kind": None}),
        ("estimator", {"depth": 0}),
        ("estimator", {"width": 0}),
        ("estimator", {"diffusion": {}}),
        ("allocation", {"width": 0}),
        ("allocation", {"width": 8.5}),
        ("reaction", {"heads": 0}),
        ("reaction", {"heads": 3}),
        ("reaction", {"width": 0}),
        ("reaction", {"expansion": 0}),
        ("reaction", {"width": None}),
    ],
)
def test_parts_out_of_range_are_refused(part: str, changes: dict[str, Any]) -> None:
    values = config_to_dict(BaseConfig())
    with pytest.raises(ValueError, match=r"."):
        config_from_dict(values | {part: values[part] | changes})


def test_an_unknown_estimator_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: none, diffusion, residual"):
        EstimatorConfig(kind="bayes")


def test_paper_preset_is_as_printed() -> None:
    paper = PaperConfig()
    assert (paper.transform, paper.colour, paper.tie_half_steps) == ("haar:1", "rgb", True)
    assert paper.diffusion.depthwise
    assert paper.diffusion.zero_mean
    with pytest.raises(ValueError, match="below 1"):
        PaperConfig(steps=0)
