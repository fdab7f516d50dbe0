"""Our networks as methods: the analog transport, whose sender can be looked at."""

import atexit
import copy
import random
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import UsageError
from sshr.evaluation.concealed import ConcealedPair, conceal_pair
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.evaluation.methods.transports import TransportMethod, read_options
from sshr.files.names import shown
from sshr.imaging.depth import as_levels
from sshr.imaging.tiles import tile_grid
from sshr.network.config import ModelConfig
from sshr.transports.analog.engine import Engine
from sshr.transports.cover import is_packed
from sshr.types import Rgb8
from sshr.zoo.extras import has_torch, require_torch
from sshr.zoo.facts import read_facts
from sshr.zoo.tiles import load_tiles

ANALOG = "analog"
LINEAR = "linear"


@dataclass(frozen=True)
class AnalogMethod(TransportMethod):
    """The analog transport behind `Method` and `Traceable`."""

    engine: Engine

    def trace(self, secret: Rgb8, reference: Rgb8, key: bytes) -> "NetworkTrace | None":
        """See `Traceable`; None where the reference is grey, so that its samples are packed."""
        if is_packed(reference):
            return None
        draw, keys = random.Random(key).randbytes, Keys(passphrase=key)
        return NetworkTrace(self.engine, conceal_pair(self.engine, secret, reference, draw, keys))


@dataclass(frozen=True)
class NetworkTrace:
    """A concealed pair and the network, as `Trace`."""

    engine: Engine
    pair: ConcealedPair

    def exact(self) -> tuple[Rgb8, Rgb8]:
        """The network's own tensor, without the header."""
        return as_levels(self.unrounded), self._reveal(self.unrounded)

    def oracle_header(self, received: Rgb8) -> Rgb8:
        """With session, k_sym and scales, which the header would say."""
        return self._reveal(received)

    def steps(self) -> list[tuple[str, Rgb8]]:
        """z after every step between the secret and the stego, and back (the paper's Figure 7).

        None without torch, which alone takes the steps one by one, or of several tiles.
        """
        if not has_torch() or len(tile_grid(*self.pair.stego.shape[:2])) > 1:
            return []
        from sshr.evaluation.methods.steps import steps
        from sshr.zoo.registry import open_model

        return steps(open_model(self.engine.model), self.pair)

    @cached_property
    def unrounded(self) -> NDArray[np.float32]:
        """The network's stego in levels, neither rounded nor clipped."""
        pair = self.pair
        made = self.engine.conceal(pair.secret, pair.reference, pair.k_sym, pair.session)
        return made.unrounded

    def _reveal(self, stego: Samples) -> Rgb8:
        pair = self.pair
        keys = pair.k_sym, pair.scales, pair.session
        return self.engine.reveal(stego, pair.reference, *keys)


def preset(name: str, device: str = "auto") -> MethodEntry:
    """A preset or checkpoint.

    Raises:
        CheckpointError, DeviceError: see `load_model`.
    """
    engine, parts = Engine(load_tiles(name, device)), None
    config = read_facts(name).config
    if isinstance(config, ModelConfig) and not config.is_exact:
        wavelet, part = config.transform.startswith("haar"), config.printed
        parts = (part.diffusion_term, wavelet, part.reparameterised, part.guided)
    method = AnalogMethod(ANALOG, {"preset": name, "device": device}, engine)
    return MethodEntry(_called(name), method, engine.identity.hex(), parts)


def _called(name: str) -> str:
    """Without folders, which are of one machine: a run's `model` goes by its folder's name."""
    path = Path(name)
    if path.suffix != ".safetensors":
        return name
    return path.parent.name if path.stem == "model" and path.parent.name else path.name


def analog(value: str, device: str) -> MethodEntry:
    """The analog transport with these options; see `transport_method`.

    Raises:
        UsageError, CheckpointError, DeviceError: as `transport_method` and `preset`.
    """
    options = {"preset": "base", "device": device} | read_options(ANALOG, value)
    entry = preset(options["preset"], options["device"])
    assert isinstance(entry.method, AnalogMethod)
    name = f"{ANALOG}:{value}" if value else ANALOG
    return replace(entry, name=name, method=replace(entry.method, options=options))


def linear(value: str, device: str) -> MethodEntry:
    """A preset (`base`) with every learned correction taken out: the closed form before training.

    Raises:
        UsageError: it is not in closed form.
        CheckpointError, DeviceError: see `load_model`.
    """
    require_torch(LINEAR)
    from sshr.zoo.checkpoint import save_checkpoint
    from sshr.zoo.registry import load_model

    net = copy.deepcopy(load_model(value or "base", device).net)
    try:
        net.body.untrain()
    except ValueError as error:
        raise UsageError(f"{LINEAR}:{shown(value)}: {error}") from None
    folder = tempfile.mkdtemp(prefix="sshr-linear-")  # the pipeline takes checkpoints by their path
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "linear.safetensors"
    save_checkpoint(net, path)
    return replace(preset(str(path), device), name=f"{LINEAR}:{value}" if value else LINEAR)
