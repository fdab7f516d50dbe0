"""What steps answer that know no shortcut, mix, spectrum or start of their own."""

import pytest
import torch
from torch import Tensor

from sshr.network.steps import Shared, Steps


class Halved(Steps):
    """z = s / 2 + c / 2, which the reference undoes."""

    def conceal(self, planes, shared, watch=None):  # type: ignore[no-untyped-def]
        z = (planes + shared.reference) / 2
        return (z, z), planes.new_ones(len(z), 0)

    def reveal(self, pair, shared, scales, watch=None):  # type: ignore[no-untyped-def]
        z, y = pair
        return 2 * z - shared.reference, 2 * y - shared.reference


@pytest.fixture
def pair() -> tuple[Tensor, Tensor]:
    secret, reference = torch.rand(2, 2, 3, 16, 16).unbind()
    return secret, reference


def test_a_result_is_that_of_the_steps(pair: tuple[Tensor, Tensor]) -> None:
    steps, shared = Halved(), Shared(pair[1], torch.zeros(1, 4))
    z, scales = steps.result(pair[0], shared)
    assert torch.equal(z, steps.conceal(pair[0], shared)[0][0])
    assert scales.shape == (2, 0)
    assert torch.allclose(steps.undone(z, shared, scales), pair[0], atol=1e-6)


def test_nothing_is_mixed_weighted_or_shaped(pair: tuple[Tensor, Tensor]) -> None:
    steps = Halved()
    assert steps.group_sizes((16, 16)) == []
    assert steps.noise_spectrum() == ([1.0], [1.0])
    assert torch.equal(steps.strength_at(pair[1]), torch.ones(2, 1, 16, 16))
    assert steps.usual_scales().shape == (0,)


def test_what_steps_do_not_have_is_refused(pair: tuple[Tensor, Tensor]) -> None:
    steps = Halved()
    steps.fit(pair[0])  # nothing to fit is no error
    with pytest.raises(ValueError, match="no linear start"):
        steps.untrain()
    with pytest.raises(ValueError, match="no spectrum"):
        steps.rounding_noise(pair[1], torch.Generator())
    with pytest.raises(ValueError, match="payload of its own"):
        steps.payload_seen(*pair)
    for method in (Steps.conceal, Steps.reveal):
        with pytest.raises(NotImplementedError):
            method(steps, pair[0], Shared(pair[1], torch.zeros(1, 4)), None)
