"""Configurations as plain data: round trip, and nothing but the exact entries is read."""

import json
from typing import Any

import pytest

from sshr.network.config import (
    PRESETS,
    CompandingConfig,
    DiffusionConfig,
    ExactConfig,
    ModelConfig,
    PrintedConfig,
    ReactionConfig,
    StrengthConfig,
)
from sshr.network.kinds import config_from_dict, config_to_dict

CONFIGS = [
    *PRESETS.values(),
    ModelConfig(start="zero", colour="rgb", mixing=0.97, order="z-first"),
    ModelConfig(printed=PrintedConfig(steps=5, diffusion=DiffusionConfig(filters=12, slope=0.5))),
    ModelConfig(transform="unshuffle:2", printed=PrintedConfig(guided=False)),
    ModelConfig(
        exact=ExactConfig(block=8, rings=9, companding=CompandingConfig(width=0, rbf=True))
    ),
    ModelConfig(exact=ExactConfig(strength=StrengthConfig(learned=True), ranked=False)),
    ModelConfig(exact=ExactConfig(bank="haar", shaping=0.0, ranked=False)),
    ModelConfig(
        exact=ExactConfig(
            bank="block",
            payload="difference",
            strength=StrengthConfig(contrast=0.0),
            shaping=0.0,
            ranked=False,
            equal=False,
        )
    ),
]
DEEP = [("printed", "diffusion"), ("printed", "reaction"), ("exact", "companding")]
DEEP += [("exact", "strength")]


def changed(part: tuple[str, ...], changes: dict[str, Any]) -> dict[str, Any]:
    """The default configuration with other entries in one part of it."""
    values: dict[str, Any] = json.loads(json.dumps(config_to_dict(ModelConfig())))
    inner = values
    for name in part:
        inner = inner[name]
    inner |= changes
    return values


@pytest.mark.parametrize("config", CONFIGS)
def test_round_trip_through_json(config: ModelConfig) -> None:
    values = json.loads(json.dumps(config_to_dict(config)))
    assert config_from_dict(values) == config


def test_the_input_is_left_alone() -> None:
    values = config_to_dict(ModelConfig())
    config_from_dict(values)
    assert values == config_to_dict(ModelConfig())


def test_whole_numbers_serve_as_floats() -> None:
    config = config_from_dict(changed(("exact",), {"headroom": 2, "angle": 0}))
    assert config.exact.headroom == 2.0
    assert isinstance(config.exact.headroom, float)
    assert isinstance(config.exact.angle, float)


@pytest.mark.parametrize("part", [(), ("printed",), ("exact",), *DEEP])
def test_every_entry_is_needed_and_no_other_known(part: tuple[str, ...]) -> None:
    inner = changed(part, {})
    for name in part:
        inner = inner[name]
    assert len(inner) >= 3
    for name in inner:
        values = changed(part, {})
        held = values
        for step in part:
            held = held[step]
        del held[name]
        with pytest.raises(ValueError, match=f"{name}: missing"):
            config_from_dict(values)
    with pytest.raises(ValueError, match="extra: unknown; known: "):
        config_from_dict(changed(part, {"extra": 1}))


@pytest.mark.parametrize("values", [None, 5, "base", [], [["start", "zero"]], {}])
def test_what_is_no_dictionary_of_entries_is_refused(values: Any) -> None:
    with pytest.raises(ValueError, match=r"not a configuration|start: missing"):
        config_from_dict(values)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ((), {"start": "identity"}),
        ((), {"transform": "haar:2"}),
        ((), {"transform": 3}),
        ((), {"colour": "cmyk"}),
        ((), {"order": "both"}),
        ((), {"order": "z-first"}),  # the exact start needs alternating half-steps
        ((), {"key_dim": 0}),
        ((), {"key_dim": True}),
        ((), {"mixing": 0.89}),
        ((), {"mixing": 1.01}),
        ((), {"mixing": float("nan")}),
        ((), {"mixing": "0.97"}),
        ((), {"printed": None}),
        ((), {"exact": {}}),
        (("printed",), {"steps": 0}),
        (("printed",), {"steps": 1.5}),
        (("printed",), {"guided": 1}),
        (("printed", "diffusion"), {"filters": 0}),
        (("printed", "diffusion"), {"key_hidden": -2}),
        (("printed", "diffusion"), {"radius": 0.0}),
        (("printed", "diffusion"), {"radius": float("nan")}),
        (("printed", "diffusion"), {"depthwise": "yes"}),
        (("printed", "reaction"), {"heads": 0}),
        (("printed", "reaction"), {"heads": 5}),
        (("printed", "reaction"), {"width": None}),
        (("printed", "reaction"), {"expansion": 0}),
        (("exact",), {"bank": "wavelet"}),
        (("exact",), {"payload": "both"}),
        (("exact",), {"block": 5}),
        (("exact",), {"block": 32}),
        (("exact",), {"rings": 0}),
        (("exact",), {"block": 4, "rings": 49}),
        (("exact",), {"rings": 10**9}),
        (("exact",), {"stego_psnr": 19.0}),
        (("exact",), {"stego_psnr": float("nan")}),
        (("exact",), {"headroom": -0.1}),
        (("exact",), {"shaping": 1.1}),
        (("exact",), {"angle": -0.1}),
        (("exact",), {"angle": float("inf")}),
        (("exact",), {"mixed": None}),
        # Shaping, ranks and the mix follow frequencies.
        (("exact",), {"bank": "haar", "ranked": False}),
        (("exact",), {"bank": "haar", "shaping": 0.0}),
        (("exact",), {"bank": "block", "shaping": 0.0, "ranked": False, "mixed": True}),
        # The difference is neither weighted nor mixed.
        (("exact",), {"payload": "difference", "ranked": False}),
        (("exact",), {"payload": "difference", "ranked": False, "mixed": True}),
        (("exact", "companding"), {"width": -1}),
        (("exact", "companding"), {"limit": 0.0}),
        (("exact", "companding"), {"limit": 3.5}),
        (("exact", "strength"), {"contrast": -1.0}),
        (("exact", "strength"), {"floor": 0.0}),
        (("exact", "strength"), {"floor": float("nan")}),
        (("exact", "strength"), {"learned": 1}),
    ],
)
def test_values_out_of_range_or_of_another_type_are_refused(
    part: tuple[str, ...], changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        config_from_dict(changed(part, changes))


def test_an_unknown_choice_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="bank: 'dwt' is not one of haar, block, frequency"):
        ExactConfig(bank="dwt")


def test_numbers_that_travel_with_a_tile() -> None:
    assert PRESETS["base"].scale_count == PRESETS["base"].exact.rings == 20
    assert PRESETS["paper"].scale_count == 1
    assert ModelConfig(start="zero").scale_count == 0


def test_defaults_of_the_printed_steps_are_as_printed() -> None:
    printed = PrintedConfig()
    assert printed.diffusion.depthwise
    assert printed.diffusion.zero_mean
    assert printed.diffusion_term
    assert printed.reparameterised
    assert printed.guided
    with pytest.raises(ValueError, match="width: 0 is not above 0"):
        ReactionConfig(width=0)
