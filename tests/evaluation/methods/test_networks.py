import shutil
from importlib.resources import as_file, files

import numpy as np
import pytest
import torch

from sshr.errors import UsageError
from sshr.evaluation.methods.networks import analog, linear, preset
from sshr.metrics import psnr
from sshr.network.config import ModelConfig, PrintedConfig, ReactionConfig
from sshr.network.exact import ExactSteps
from sshr.network.kinds import build
from sshr.zoo.checkpoint import save_checkpoint

KEY = bytes(range(32))


@pytest.fixture
def pair(photo):
    return photo("parrots", 96, 96), photo("lighthouse", 96, 96)


def test_the_trace_is_of_the_stego_that_the_common_door_gives(pair):
    secret, reference = pair
    method = preset("base", "cpu").method
    (stego,) = method.conceal(secret[None], reference[None], KEY)
    trace = method.trace(secret, reference, KEY)
    assert np.array_equal(trace.pair.stego, stego)
    (found,) = method.reveal(stego[None], reference[None], KEY)
    assert np.array_equal(trace.oracle_header(stego), found)
    # The tensor tells more than the file.
    assert psnr(trace.exact()[1], secret) > psnr(found, secret) + 5


def test_packed_samples_have_no_trace(photo):
    grey = np.repeat(photo("lighthouse", 144, 144)[..., :1], 3, axis=2)
    assert preset("base", "cpu").method.trace(photo("parrots", 144, 144), grey, KEY) is None


def test_a_preset_is_the_analog_transport_with_that_preset():
    one, other = preset("paper", "cpu"), analog("paper", "cpu")
    assert (one.name, other.name) == ("paper", "analog:paper")
    assert one.identity == other.identity
    assert analog("", "cpu").identity == preset("base", "cpu").identity


def test_linear_is_the_start_before_training(pair):
    secret, reference = pair
    entry = linear("", "cpu")
    assert (entry.name, linear("paper", "cpu").name) == ("linear", "linear:paper")
    assert entry.identity != preset("base", "cpu").identity
    assert entry.identity == linear("", "cpu").identity
    body = entry.method.engine.model.net.body
    assert isinstance(body, ExactSteps)
    assert torch.equal(body.log_gain, body.start)
    assert not any(network.narrow.weight.any() for network in body.companding.networks)
    (stego,) = entry.method.conceal(secret[None], reference[None], KEY)
    (found,) = entry.method.reveal(stego[None], reference[None], KEY)
    assert psnr(found, secret) > 35


def test_a_run_goes_by_its_folder(tmp_path):
    with as_file(files("sshr.zoo") / "weights" / "base.safetensors") as packaged:
        (tmp_path / "first").mkdir()
        shutil.copyfile(packaged, tmp_path / "first" / "model.safetensors")
    entry = preset(str(tmp_path / "first" / "model.safetensors"), "cpu")
    assert (entry.name, entry.identity) == ("first", preset("base", "cpu").identity)


def test_printed_steps_have_no_linear_start(tmp_path):
    torch.manual_seed(0)
    printed = PrintedConfig(steps=1, reaction=ReactionConfig(8, 2))
    path = tmp_path / "printed.safetensors"
    save_checkpoint(build(ModelConfig(start="zero", key_dim=16, printed=printed)), path)
    entry = preset(str(path), "cpu")
    assert (entry.name, entry.parts) == ("printed.safetensors", (True, True, True, True))
    with pytest.raises(UsageError, match="no linear start"):
        linear(str(path), "cpu")
