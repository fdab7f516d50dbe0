"""The linear scheme that `base` starts from: one gain for every coefficient.

stego = reference + IDWT(a g s); rounding to 8 bits adds noise of deviation NOISE to every
coefficient. g = e^u (sigma / step)^-b, sigma the expected size of the coefficient, step that of
the coarse layer's quantiser, u and b its band's: with b = 1/2 and u alike this is the best linear
use of a fixed payload power. `a` scales a tile to that power, whatever its contrast.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sshr.network.coupling import unmix_pair

NOISE = 1 / (255 * math.sqrt(12))  # of rounding to 8 bits, on [0, 1] samples
GAIN_FLOOR = 2e-3
GAIN_CEILING = 0.7  # at one, a half-step would no longer carry what the receiver estimates
GAIN_START = 0.5  # the largest of a linear start; scales make up for it
MAX_SCALE = 4096.0  # of a tile: a flat one has next to nothing to scale up


@dataclass(frozen=True)
class TileGains:
    """Gains and Wiener factors of a batch of tiles, split evenly over the secret-side steps.

    Half-steps F(y) = (1 - h) y and G(z) = (1 - h) / h z with h = g^(1/steps) take z = y = s to
    z = y = g s exactly; one linear part shared by both half-steps cannot.

    Attributes:
        log_gain, wiener: (B, C, h, w), or (1, C, 1, 1) for all alike.
        steps: number of secret-side steps that share the gain.
    """

    log_gain: Tensor
    wiener: Tensor
    steps: int

    def gain(self, steps: int) -> Tensor:
        """The gain of `steps` of the secret-side steps together."""
        return (self.log_gain * (steps / self.steps)).exp()

    def estimate_y(self, z: Tensor, y: Tensor, p: Tensor) -> Tensor:
        """The receiver's y: only z was sent, and y := z is not the best linear guess.

        y + r z makes the whole linear reveal multiply a coefficient by wiener / gain, while the
        diffusion term in the first reversed half-step still sees the unfiltered z. `p` (steps,)
        is the mixing: un-mixing stretches what r adds, and the last step is un-mixed already.
        """
        without, withone = self._linear_reveal(0.0, p), self._linear_reveal(1.0, p)
        receive = (self.wiener / self.gain(self.steps) - without) / (withone - without)
        return y + receive * z

    def _linear_reveal(self, receive: float, p: Tensor) -> Tensor:
        h = self.gain(1)
        z, y = torch.ones_like(h), torch.full_like(h, 1 + receive)
        for step in reversed(range(self.steps)):
            if step < self.steps - 1:
                z, y = unmix_pair(z, y, p[step])
            y = y + (1 - h) / h * z
            z = z + (1 - h) * y
        return z


class LinearGains(nn.Module):
    """Learnable u, b and, for the receiver, how much larger than sigma a band really is.

    Args:
        bands: (C,) band of every channel.
        steps: number of secret-side steps that share the gain.
    """

    bands: Tensor
    start: Tensor

    def __init__(self, bands: Tensor, steps: int) -> None:
        super().__init__()
        count = int(bands.max()) + 1
        self.steps = steps
        self.register_buffer("bands", bands, persistent=False)
        self.log_gain = nn.Parameter(torch.full((count,), math.log(0.05)))
        self.exponent = nn.Parameter(torch.full((count,), 0.45))
        self.log_spread = nn.Parameter(torch.zeros(count))
        # The linear start travels with the weights, so that what training added can be measured.
        self.register_buffer("start", torch.zeros(3, count))
        self.keep_start()

    @torch.no_grad()
    def keep_start(self) -> None:
        """Take the present values for the linear start."""
        self.start.copy_(torch.stack([self.log_gain, self.exponent, self.log_spread]))

    @torch.no_grad()
    def restart(self) -> None:
        """Go back to the linear start."""
        for parameter, value in zip(self.parameters(), self.start, strict=True):
            parameter.copy_(value)

    def forward(self, log_size: Tensor, log_step: Tensor, scale: Tensor) -> TileGains:
        """Gains for expected sizes of exp(log_size) steps, (B, C, h, w) or (1, C, 1, 1).

        Args:
            log_step: (B, 1, 1, 1), the log of the step.
            scale: (B, 1, 1, 1), of the tiles. Only the Wiener factors depend on step and scale.
        """
        log_gain = self.unlimited(log_size)
        log_gain = log_gain.clamp(math.log(GAIN_FLOOR), math.log(GAIN_CEILING))
        log_payload = log_gain + log_size + log_step + self._spread(self.log_spread)
        # w = q / (q + 1), q the power of the payload over that of the noise
        wiener = torch.sigmoid(2 * (log_payload + (scale / NOISE).log()))
        return TileGains(log_gain, wiener, self.steps)

    def unlimited(self, log_size: Tensor) -> Tensor:
        """log g before floor and ceiling."""
        return self._spread(self.log_gain) - self._spread(self.exponent) * log_size

    def _spread(self, per_band: Tensor) -> Tensor:
        """(bands,) -> (1, C, 1, 1)."""
        return per_band[self.bands].view(1, -1, 1, 1)


def scale_to(power: float, coefficients: Tensor) -> Tensor:
    """The factors (B,), at most MAX_SCALE, that give (B, C, h, w) this mean power."""
    energy = coefficients.square().mean((1, 2, 3))
    return (power / energy.clamp(min=1e-12)).sqrt().clamp(max=MAX_SCALE)
