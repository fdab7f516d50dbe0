"""Our networks as methods, through the same header, rounding and checks as in use."""

import copy
import dataclasses
import random
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.evaluation.concealed import ConcealedPair, conceal_pair
from sshr.evaluation.methods.method import MethodEntry, Samples, as_levels
from sshr.evaluation.methods.steps import stages
from sshr.header.reader import read_header
from sshr.network.config import ModelConfig
from sshr.transports.analog.engine import Engine, no_step
from sshr.transports.analog.receiving import reveal_with
from sshr.transports.cover import CoverPair
from sshr.types import Rgb8
from sshr.zoo.registry import load_model


@dataclass(frozen=True)
class NetworkMethod:
    """A network behind `Method` and `Transparent`; the key serves as passphrase.

    What is drawn at random in use (salt, file key) follows from the key here, so runs repeat.
    """

    engine: Engine

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """See `Method`; the stegos are uint8, header included."""
        return np.stack(
            [self.send(s, r, key).stego for s, r in zip(secrets, references, strict=True)]
        )

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """See `Method`; the errors are those of `sshr reveal`."""
        found = []
        for stego, reference in zip(as_levels(stegos), references, strict=True):
            opened = read_header(stego, reference, Keys(passphrase=key))
            pair = CoverPair(stego, reference)
            fitted = reveal_with(self.engine, opened, pair).fitted
            assert fitted is not None
            found.append(fitted)
        return np.stack(found)

    def send(self, secret: Rgb8, reference: Rgb8, key: bytes) -> "NetworkTrace":
        """See `Transparent`."""
        draw = random.Random(key).randbytes
        keys = Keys(passphrase=key)
        return NetworkTrace(self.engine, conceal_pair(self.engine, secret, reference, draw, keys))


@dataclass(frozen=True)
class NetworkTrace:
    """A concealed pair and the network, as `Trace`."""

    engine: Engine
    case: ConcealedPair

    @property
    def stego(self) -> Rgb8:
        """(H, W, 3), header included."""
        return self.case.stego

    def exact(self) -> tuple[Rgb8, Rgb8]:
        """The network's own tensor, without the header."""
        return as_levels(self.unrounded), self._reveal(self.unrounded)

    def handed(self, received: Rgb8) -> Rgb8:
        """With session, k_sym and scales, which the header would say."""
        return self._reveal(received)

    def steps(self) -> list[tuple[str, Rgb8]]:
        """See `stages`."""
        return stages(self.engine, self.case)

    @cached_property
    def unrounded(self) -> NDArray[np.float32]:
        """The network's stego in levels, neither rounded nor clipped."""
        case = self.case
        pair = case.secret, case.reference
        return self.engine.conceal(*pair, case.k_sym, case.session, no_step).unrounded

    def _reveal(self, stego: Samples) -> Rgb8:
        case = self.case
        keys = case.k_sym, case.scales, case.session
        return self.engine.reveal(stego, case.reference, *keys, no_step)


def preset(name: str, device: str = "auto") -> MethodEntry:
    """A preset or checkpoint.

    Raises:
        CheckpointError, DeviceError: see `load_model`.
    """
    loaded = load_model(name, device)
    config = loaded.net.config
    parts = None
    if isinstance(config, ModelConfig) and not config.is_exact:
        wavelet, part = config.transform.startswith("haar"), config.printed
        parts = (part.diffusion_term, wavelet, part.reparameterised, part.guided)
    engine = Engine(loaded)
    return MethodEntry(name, NetworkMethod(engine), engine.identity.hex(), parts)


def linear(device: str = "auto") -> MethodEntry:
    """`base` with every learned correction taken out: the closed form before training."""
    loaded = load_model("base", device)
    net = copy.deepcopy(loaded.net)
    net.body.untrain()
    # Another network than the preset, so another identity: its stegos must not pass for base's.
    digest = bytes(b ^ 0xFF for b in loaded.digest)
    engine = Engine(dataclasses.replace(loaded, net=net, digest=digest))
    return MethodEntry("linear", NetworkMethod(engine), engine.identity.hex())
