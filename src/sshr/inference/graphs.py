"""The graphs of an exported checkpoint: one folder, files of ONNX, run on the CPU.

    rsrk.onnx     a thumbnail -> k_pub before it is rounded, k_pri, and what AlexNet saw on the way
    turns.onnx    k_sym -> the angles of the keyed rotations, (24, 120)
    compand.onnx  tokens -> H(H(tokens))
    expand.onnx   the inverse

Every file says which checkpoint it was exported from; all that is no graph stands in the metadata
of the first (`Constants`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from sshr.errors import CheckpointError
from sshr.files.names import reason
from sshr.network.config import ModelConfig
from sshr.network.kinds import config_from_dict

Floats = NDArray[np.float32]

FORMAT = "sshr-graphs-1"
KEYS, ANGLES, COMPAND, EXPAND = "rsrk", "turns", "compand", "expand"
KEY_OUTPUTS = ("public", "private")
TAPS = tuple(f"conv{layer}" for layer in range(1, 6))
"""Outputs of the first of the files."""

PARTS = (KEYS, ANGLES, COMPAND, EXPAND)
"""Names of the files of an exported checkpoint, without their suffix `.onnx`."""


@dataclass(frozen=True)
class Constants:
    """What a closed form knows of its rings; see `ExactSteps`.

    Attributes:
        groups: (C,) int64, the ring of each token's channel.
        shares: of the rings.
        log_gain: (classes,) fp64.
        log_target, log_noise: (rings,) fp64.
        rank: (3 rings,) int64 of the classes of frequencies; empty where they are not ranked.
    """

    groups: NDArray[np.int64]
    shares: list[float]
    log_gain: NDArray[np.float64]
    log_target: NDArray[np.float64]
    log_noise: NDArray[np.float64]
    rank: NDArray[np.int64]

    def to_dict(self) -> dict[str, list[float]]:
        """JSON-ready form."""
        return {one.name: np.asarray(getattr(self, one.name)).tolist() for one in fields(self)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Constants":
        """Inverse of `to_dict`.

        Raises:
            KeyError, TypeError, ValueError: they are none.
        """
        gain, target, noise = (
            np.array(told[name], np.float64) for name in ("log_gain", "log_target", "log_noise")
        )
        groups, rank = (np.array(told[name], np.int64) for name in ("groups", "rank"))
        return cls(groups, [float(share) for share in told["shares"]], gain, target, noise, rank)


class Graphs:
    """The graphs of one checkpoint; each is loaded when it is first run.

    Args:
        folder: where the files are.

    Attributes:
        digest: SHA-256 of the checkpoint.
        parameters: of the checkpoint, without the frozen AlexNet features.

    Raises:
        CheckpointError: missing, foreign or altered files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sessions: dict[str, ort.InferenceSession] = {}
        told = self._session(COMPAND).get_modelmeta().custom_metadata_map
        try:
            self.digest = bytes.fromhex(told["digest"])
            self._config = str(told["config"])
            self.parameters = int(told["parameters"])
            self.constants = Constants.from_dict(json.loads(told["constants"]))
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{folder}: no exported checkpoint ({reason(error)})") from None

    def __reduce__(self) -> tuple[type["Graphs"], tuple[Path]]:
        return Graphs, (self.folder,)

    def read_config(self) -> ModelConfig:
        """The checkpoint's.

        Raises:
            CheckpointError: of another version, or of a network that is not in closed form.
        """
        try:
            config = config_from_dict(json.loads(self._config))
        except ValueError as error:
            raise CheckpointError(f"{self.folder}: does not fit this version ({error})") from None
        if not isinstance(config, ModelConfig) or not config.is_exact:
            raise CheckpointError(f"{self.folder}: not of a network in closed form")
        return config

    def keys(self, thumbnail: Floats) -> tuple[Floats, Floats]:
        """k_pub before it is rounded, and k_pri, (d,) each, of (3, 256, 256) in [0, 1]."""
        public, private = self._run(KEYS, thumbnail[None], KEY_OUTPUTS)
        return public[0], private[0]

    def activations(self, unit: Floats) -> list[Floats]:
        """AlexNet's after each of its five ReLUs, (C, h, w), of (3, H, W) in [0, 1]."""
        return [found[0] for found in self._run(KEYS, unit[None], TAPS)]

    def angles(self, k_sym: Floats) -> Floats:
        """(24, 120) of (d,)."""
        return self._run(ANGLES, k_sym[None])[0][0]

    def compand(self, tokens: Floats) -> Floats:
        """H(H(tokens)), (C, h, w)."""
        return self._run(COMPAND, tokens[None])[0][0]

    def expand(self, tokens: Floats) -> Floats:
        """Inverse of `compand`."""
        return self._run(EXPAND, tokens[None])[0][0]

    def _run(
        self, part: str, given: Floats, outputs: tuple[str, ...] | None = None
    ) -> list[Floats]:
        session = self._session(part)
        found: list[Floats] = session.run(outputs, {session.get_inputs()[0].name: given})
        return found

    def _session(self, part: str) -> ort.InferenceSession:
        if part not in self._sessions:
            session = _load(self.folder / f"{part}.onnx")
            told = session.get_modelmeta().custom_metadata_map
            first = self._sessions.get(COMPAND, session).get_modelmeta().custom_metadata_map
            same = told.get("format") == FORMAT and told.get("digest") == first.get("digest")
            if not same or told.get("part") != part:
                raise CheckpointError(f"{self.folder}: {part}.onnx is not of this checkpoint")
            self._sessions[part] = session
        return self._sessions[part]


def _load(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    # No threads of its own: tiles run side by side, and a forked process would wait for them.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has a dozen kinds without a base of their own
        raise CheckpointError(f"{path}: not a readable graph ({reason(error)})") from None
