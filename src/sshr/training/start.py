"""Where a network's training starts: weights, AlexNet's features."""

from pathlib import Path

import torch
from safetensors import SafetensorError

from sshr.errors import CheckpointError
from sshr.files.names import reason, shown
from sshr.network.hiding import HidingNet
from sshr.network.kinds import build, presets
from sshr.network.rsrk import AlexNetFeatures
from sshr.training.recipe import Recipe
from sshr.zoo.checkpoint import load_network
from sshr.zoo.presets import checkpoint_file
from sshr.zoo.registry import load_model

_LAYERS = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}


def initial_net(recipe: Recipe, alexnet: Path | None = None) -> HidingNet:
    """The network that a run starts from, before its linear start; on the CPU, ready to train.

    AlexNet's features come from `alexnet`, else from the checkpoint gone on from, else from the
    packaged checkpoint of `base`.

    Raises:
        CheckpointError: a file that is missing, foreign or does not fit.
    """
    if recipe.start is not None:
        with checkpoint_file(recipe.start) as path:
            net, _ = load_network(path, torch.device("cpu"))
        preset, own = presets()[recipe.preset], net.config
        if type(own) is not type(preset) or own.uses_mix != preset.uses_mix:
            raise CheckpointError(f"{shown(recipe.start)}: is not of preset {recipe.preset}")
    else:
        torch.manual_seed(recipe.seed)
        net = build(recipe.model_config())
        if alexnet is None and isinstance(net.features, AlexNetFeatures):
            packaged = load_model("base", "cpu").net
            net.features.load_state_dict(packaged.features.state_dict())
    if alexnet is not None:
        if not isinstance(net.features, AlexNetFeatures):
            raise CheckpointError(f"{shown(alexnet)}: this network takes no AlexNet weights")
        load_alexnet(net.features, alexnet)
    net.train().set_learnable()
    return net


def load_alexnet(features: AlexNetFeatures, path: Path) -> None:
    """Fill the features from a safetensors file with torchvision's names (`features.N.*`).

    Raises:
        CheckpointError: unreadable, or without these weights.
    """
    from safetensors.torch import load_file

    try:
        source = load_file(path)
        for ours, theirs in _LAYERS.items():
            layer = getattr(features, ours)
            layer.weight.data.copy_(source[f"features.{theirs}.weight"].half())
            layer.bias.data.copy_(source[f"features.{theirs}.bias"].half())
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise CheckpointError(
            f"{shown(path)}: holds no AlexNet weights under torchvision's names ({reason(error)})"
        ) from None
