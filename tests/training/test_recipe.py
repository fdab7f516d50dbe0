"""What a recipe says of its run: the network, the channel of a step, and plain data."""

import dataclasses
from collections.abc import Callable

import pytest

from sshr.network.config import PRESETS, ModelConfig
from sshr.training.recipe import ChannelPart, LossPart, Recipe
from sshr.training.recipe_file import load_recipe


@pytest.mark.parametrize("name", PRESETS)
def test_packaged_recipes_train_their_preset_as_it_is(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.preset == name
    assert recipe.model_config() == PRESETS[name]
    assert recipe.start is None
    # The rate is controlled at what the sender aims at, through noise like that of its rounding.
    assert (recipe.loss.kind, recipe.channel.kind) == ("rate", "shaped")
    assert recipe.loss.target_psnr == pytest.approx(PRESETS[name].exact.stego_psnr, abs=0.5)


def test_the_channel_changes_after_its_share(recipe: Callable[..., Recipe]) -> None:
    own = recipe(channel={"float_share": 0.25}, schedule={"steps": 8})
    assert [own.channel_at(step) for step in range(4)] == ["float", "float", "shaped", "shaped"]
    plain = dataclasses.replace(own, channel=Recipe().channel)
    assert plain.channel_at(0) == "shaped"


def test_a_recipe_changes_its_preset_entry_by_entry() -> None:
    own = Recipe(preset="paper", model={"exact": {"rings": 8, "companding": {"width": 8}}})
    config = own.model_config()
    assert isinstance(config, ModelConfig)
    assert (config.exact.rings, config.exact.companding.width) == (8, 8)
    assert config.exact.block == PRESETS["paper"].exact.block
    assert not config.uses_mix
    assert PRESETS["paper"].exact.rings == 20


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(ValueError, match="model: has no effect with start"):
        Recipe(start="base", model={"mixing": 0.95})
    with pytest.raises(ValueError, match=r"channel.kind: shaped is not for this network"):
        Recipe(model={"start": "zero"})
    with pytest.raises(
        ValueError, match=r"loss.kind: own is not for this network, use paper, rate"
    ):
        Recipe(loss=LossPart("own"))
    with pytest.raises(
        ValueError, match=r"loss.kind: paper is not for this network, use own, rate"
    ):
        Recipe("hinet", loss=LossPart("paper"), channel=ChannelPart("png"))
    with pytest.raises(ValueError, match="preset: 'big' is not one of base, paper"):
        Recipe(preset="big")
