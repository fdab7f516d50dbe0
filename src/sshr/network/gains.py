"""The linear scheme that `base` starts from: one gain for each band of the wavelet transform.

stego = reference + IDWT(a g_b s_b); rounding to 8 bits adds noise of deviation NOISE to every
coefficient. The gains share a fixed payload power so that the error of the revealed picture is
smallest; `a` scales a tile to that power, whatever its contrast.
"""

import math

import torch
from torch import Tensor, nn

from sshr.network.coupling import unmix_pair

NOISE = 1 / (255 * math.sqrt(12))  # of rounding to 8 bits, on [0, 1] samples
GAIN_FLOOR = 2e-3
MAX_SCALE = 32.0  # of a tile: a flat one has next to nothing to scale up


def water_fill(deviation: Tensor, counts: Tensor, power: float) -> tuple[Tensor, Tensor]:
    """Gains and Wiener factors of reverse water-filling, per band.

    Args:
        deviation: (bands,) root mean square of each band's coefficients.
        counts: (bands,) number of coefficients of each band.
        power: mean of (g s)^2 over all coefficients.

    Returns:
        g (bands,), at least GAIN_FLOOR, and w = g^2 s^2 / (g^2 s^2 + NOISE^2) (bands,).
    """
    deviation = deviation.double().clamp(min=1e-6)
    share = counts.double() / counts.sum()

    def payload(level: Tensor) -> Tensor:
        wanted = (level * deviation * NOISE - NOISE**2).clamp(min=0)
        return torch.maximum(wanted, (GAIN_FLOOR * deviation).square())

    low, high = torch.tensor(0.0).double(), torch.tensor(1e9).double()
    for _ in range(200):
        middle = (low + high) / 2
        if (payload(middle) * share).sum() > power:
            high = middle
        else:
            low = middle
    filled = payload(low)
    gain = filled.sqrt() / deviation
    return gain.float(), (filled / (filled + NOISE**2)).float()


class LinearGains(nn.Module):
    """Learnable per-band gains g and the receiver's coefficient r (see `receive`).

    The gain is split evenly over the secret-side steps: half-steps F(y) = (1 - h) y and
    G(z) = (1 - h) / h z with h = g^(1/steps) take z = y = s to z = y = g s exactly; one
    linear part shared by both half-steps cannot.

    Args:
        bands: (C,) band of every channel.
        steps: number of secret-side steps that share the gain.
    """

    bands: Tensor
    start_log_gain: Tensor
    start_receive: Tensor

    def __init__(self, bands: Tensor, steps: int) -> None:
        super().__init__()
        count = int(bands.max()) + 1
        self.steps = steps
        self.register_buffer("bands", bands, persistent=False)
        self.log_gain = nn.Parameter(torch.full((count,), math.log(0.05)))
        self.receive = nn.Parameter(torch.zeros(count))
        # The linear start travels with the weights, so that what training added can be measured.
        self.register_buffer("start_log_gain", self.log_gain.detach().clone())
        self.register_buffer("start_receive", self.receive.detach().clone())

    @torch.no_grad()
    def set(self, gain: Tensor, wiener: Tensor, p: Tensor) -> None:
        """Install gains and Wiener factors (bands,), e.g. of `water_fill`.

        `receive` is solved so that the whole linear reveal multiplies a band by w / g. `p`
        (steps,) is the mixing of the secret-side steps: un-mixing stretches what `receive` adds.
        """
        gain = gain.clamp(min=GAIN_FLOOR)
        self.log_gain.copy_(gain.log())
        without, withone = self._linear_reveal(gain, 0.0, p), self._linear_reveal(gain, 1.0, p)
        self.receive.copy_((wiener / gain - without) / (withone - without))
        self.start_log_gain.copy_(self.log_gain)
        self.start_receive.copy_(self.receive)

    @torch.no_grad()
    def restart(self) -> None:
        """Go back to the linear start."""
        self.log_gain.copy_(self.start_log_gain)
        self.receive.copy_(self.start_receive)

    def _linear_reveal(self, gain: Tensor, receive: float, p: Tensor) -> Tensor:
        h = gain ** (1 / self.steps)
        z, y = torch.ones_like(gain), torch.full_like(gain, 1 + receive)
        for step in reversed(range(self.steps)):
            if step < self.steps - 1:  # the last step is un-mixed before y is estimated
                z, y = unmix_pair(z, y, p[step])
            y = y + (1 - h) / h * z
            z = z + (1 - h) * y
        return z

    def spread(self, per_band: Tensor) -> Tensor:
        """(bands,) -> (1, C, 1, 1)."""
        return per_band[self.bands].view(1, -1, 1, 1)

    def gain(self, steps: int) -> Tensor:
        """The gain of `steps` of the secret-side steps together, (1, C, 1, 1)."""
        floor = math.log(GAIN_FLOOR)
        return self.spread((self.log_gain.clamp(min=floor) * (steps / self.steps)).exp())

    def estimate_y(self, z: Tensor, y: Tensor) -> Tensor:
        """The receiver's y: only z was sent, and y := z is not the best linear guess.

        y + r z makes the first reversed half-step a Wiener filter while the diffusion term there
        still sees the unfiltered z.
        """
        return y + self.spread(self.receive) * z


def scale_to(power: float, coefficients: Tensor) -> Tensor:
    """The factors (B,), at most MAX_SCALE, that give (B, C, h, w) this mean power."""
    energy = coefficients.square().mean((1, 2, 3))
    return (power / energy.clamp(min=1e-12)).sqrt().clamp(max=MAX_SCALE)
