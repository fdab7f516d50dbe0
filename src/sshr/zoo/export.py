"""`sshr export`: a checkpoint in closed form as graphs that run without torch.

The graphs hold the convolutions and what is learned beside them; `sshr.inference` does the rest of
the closed form. Weights stay in fp16 as in the checkpoint and are widened when a graph is loaded.
"""

import copy
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from sshr.errors import CheckpointError, OutputError
from sshr.files.names import reason, shown
from sshr.files.temporary import whole_file
from sshr.inference.graphs import (
    ANGLES,
    COMPAND,
    EXPAND,
    FORMAT,
    KEY_OUTPUTS,
    KEYS,
    PARTS,
    TAPS,
    Constants,
)
from sshr.network.companding import Companding
from sshr.network.config import ModelConfig
from sshr.network.constants import KEY_SIDE
from sshr.network.exact import ExactSteps
from sshr.network.kinds import config_to_dict
from sshr.network.model import StegoNet
from sshr.network.rotation import KeyedRotation
from sshr.zoo.checkpoint import load_checkpoint
from sshr.zoo.facts import read_facts

_SIDES = 20  # of the tokens of the largest tile


class _Keys(nn.Module):
    """Picture -> k_pub (1, d) before it is rounded, k_pri (1, d), and AlexNet's activations.

    The keys are those of a thumbnail, (1, 3, 256, 256).
    """

    def __init__(self, net: StegoNet) -> None:
        super().__init__()
        self.features, self.keys = net.features, net.keys

    def forward(self, thumbnail: Tensor) -> tuple[Tensor, ...]:
        taps = self.features(thumbnail)
        found = self.features.pool(taps)
        private = self.keys.private_key(found)
        return self.keys.weights(found) * private, private, *taps


class _Angles(nn.Module):
    def __init__(self, rotation: KeyedRotation) -> None:
        super().__init__()
        self.rotation = rotation

    def forward(self, k_sym: Tensor) -> Tensor:
        return self.rotation.angles(k_sym)


class _Twice(nn.Module):
    """H(H(tokens)), or its inverse: what the nonlinear pair of steps comes to."""

    def __init__(self, companding: Companding, inverse: bool) -> None:
        super().__init__()
        self.companding, self.inverse = companding, inverse

    def forward(self, tokens: Tensor) -> Tensor:
        step = self.companding.inverse if self.inverse else self.companding.forward
        return step(step(tokens))


def export_checkpoint(checkpoint: Path, folder: Path, force: bool = False) -> bytes:
    """Write the graphs of a checkpoint into a folder, which is made; returns its digest.

    Raises:
        CheckpointError: no checkpoint, or one whose network is not in the closed form that
            `sshr.inference` knows.
        OutputError: the files exist and `force` is not given, or cannot be written.
    """
    there = [part for part in PARTS if (folder / f"{part}.onnx").exists()]
    if there and not force:
        raise OutputError(f"{shown(folder)}: holds {there[0]}.onnx already; use --force")
    loaded = load_checkpoint(checkpoint, torch.device("cpu"))
    net, config = copy.deepcopy(loaded.net), loaded.net.config
    if not isinstance(config, ModelConfig) or not isinstance(net.body, ExactSteps):
        raise CheckpointError(f"{checkpoint}: only networks in closed form are exported")
    body, exact = net.body, config.exact
    plain = exact.bank == "frequency" and exact.payload == "secret" and not exact.strength.learned
    if not plain or body.companding is None or body.rotation is None:
        raise CheckpointError(
            f"{checkpoint}: only the closed form of the presets is exported: frequencies, a "
            "companding, a keyed rotation, and a strength that is not learned"
        )
    net.fuse()
    tokens = torch.zeros(1, body.blocks.channels, _SIDES, _SIDES)
    parts: dict[str, tuple[nn.Module, Tensor]] = {
        KEYS: (_Keys(net), torch.zeros(1, 3, KEY_SIDE, KEY_SIDE)),
        ANGLES: (_Angles(body.rotation), torch.ones(1, config.key_dim)),
        COMPAND: (_Twice(body.companding, inverse=False), tokens),
        EXPAND: (_Twice(body.companding, inverse=True), tokens),
    }
    told = {
        "format": FORMAT,
        "digest": loaded.digest.hex(),
        "config": json.dumps(config_to_dict(config), sort_keys=True),
        "parameters": str(read_facts(str(checkpoint)).parameters),
        "constants": json.dumps(_constants(body).to_dict()),
    }
    made = {part: _graph(module, example) for part, (module, example) in parts.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part, model in made.items():
            helper.set_model_props(model, told | {"part": part})
            with whole_file(folder / f"{part}.onnx", force=force) as file:
                file.write(model.SerializeToString(deterministic=True))
    except (OSError, ValueError) as error:
        raise OutputError(f"{shown(folder)}: cannot be written ({reason(error)})") from error
    return loaded.digest


def _constants(body: ExactSteps) -> Constants:
    def listed(value: Tensor) -> np.ndarray:
        return value.detach().double().numpy()

    rank = body.rank if body.config.ranked and not body.config.mixed else torch.zeros(0)
    return Constants(
        groups=body.groups.numpy(),
        shares=[float(share) for share in body.shares],
        log_gain=listed(body.log_gain),
        log_target=listed(body.log_target),
        log_noise=listed(body.log_noise),
        rank=rank.numpy().astype(np.int64),
    )


def _graph(module: nn.Module, example: Tensor) -> ModelProto:
    """A module as a graph; the sides of pictures and tokens are free."""
    shapes, outputs = None, ["found"]
    if example.ndim == 4:
        shapes = ({2: torch.export.Dim("rows"), 3: torch.export.Dim("columns")},)
    if isinstance(module, _Keys):
        outputs = [*KEY_OUTPUTS, *TAPS]
    with _quietly():
        program = torch.onnx.export(
            module.eval(),
            (example,),
            dynamo=True,
            dynamic_shapes=shapes,
            verbose=False,
            output_names=outputs,
        )
    assert program is not None
    model: ModelProto = program.model_proto
    _forget_origin(model)
    _halve(model)
    onnx.checker.check_model(model)
    return model


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what the exporter says of its own progress."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _forget_origin(model: ModelProto) -> None:
    """Take out what the exporter notes of source files and versions."""
    graph = model.graph
    for owner in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output):
        del owner.metadata_props[:]
        owner.ClearField("doc_string")
    for tensor in graph.initializer:
        del tensor.metadata_props[:]
        tensor.ClearField("doc_string")


def _halve(model: ModelProto) -> None:
    """Weights that fp16 holds exactly are stored so, and widened by a node."""
    graph, nodes = model.graph, []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if values.size < 64 or not np.array_equal(half.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])
