"""Preset `base`: the paper's modules, each where it can work (docs/method.md).

    c = DWT(clamp(reference, m, 1 - m))
    z = y = DWT(secret) - coarse layer
    secret-side steps      linear gain + diffusion term, in the secret's own geometry
    a z, a y; U z, U y     power, keyed mix
    reference-side steps   + c, condition reaction term, in the reference's geometry
    stego = IDWT(z)

The reveal is the exact inverse. Only z is transmitted: the receiver takes y_T := z_T and, where the
rounding noise is white (after U is undone), replaces it by an estimate of y from z, which starts as
a Wiener filter.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from sshr.network.allocation import Allocation
from sshr.network.config import BaseConfig
from sshr.network.coupling import CoupledStep, mix_pair, run, run_inverse, unmix_pair
from sshr.network.diffusion import DiffusionTerm
from sshr.network.estimator import CLUES, DiffusionEstimator, ResidualEstimator
from sshr.network.gains import NOISE, LinearGains, TileGains, scale_to
from sshr.network.grbf import GaussianRBF
from sshr.network.guidance import Guidance, Modulation
from sshr.network.mix import Mix
from sshr.network.model import StegoNet
from sshr.network.reaction import ReactionTerm
from sshr.network.side import CoarseLayer, CodeTables, Side
from sshr.network.subbands import split_subbands

_HALF_CHANNELS = 12


class BaseNet(StegoNet):
    """The network of preset `base`. See `StegoNet` for shapes and ranges."""

    uses_mix = True

    def __init__(self, config: BaseConfig) -> None:
        super().__init__(config, config.secret_steps + config.reference_steps)
        self.power = 10 ** (-config.stego_psnr / 10)
        self.headroom = config.headroom / 255
        self.gains = LinearGains(self.transform.bands, config.secret_steps)
        self.coarse_rate = config.coarse_rate
        if config.coarse_rate:
            self.tables = CodeTables(self.transform.levels)
            self.allocation = Allocation(self.transform.levels, config.allocation.width)
        halves = 1 if config.tie_half_steps else 2
        channels = self.transform.channels

        def diffusion() -> nn.ModuleList:
            terms = (
                DiffusionTerm(_HALF_CHANNELS, config.key_dim, config.diffusion)
                for _ in range(halves)
            )
            return nn.ModuleList(terms)

        def reaction() -> nn.ModuleList:
            terms = (ReactionTerm(channels, config.key_dim, config.reaction) for _ in range(halves))
            return nn.ModuleList(terms)

        self.diffusion = nn.ModuleList(diffusion() for _ in range(config.secret_steps))
        self.estimator = _estimator(config)
        self.reaction = nn.ModuleList(reaction() for _ in range(config.reference_steps))
        self.guidance = Guidance(
            channels, config.reaction.width, config.reaction.expansion, config.reference_steps
        )

    @torch.no_grad()
    def untrain(self) -> None:
        """Back to the linear start: every learned correction becomes exactly zero."""
        self.gains.restart()
        for module in self.modules():
            if isinstance(module, GaussianRBF):
                module.weights.zero_()
            elif isinstance(module, Modulation | ResidualEstimator):
                module.close()
            elif isinstance(module, Allocation):
                module.restart()

    def side(self, secret: Tensor, k_sym: Tensor, coarse: CoarseLayer | None) -> Side:
        """Scales at which every payload has exactly the same power.

        Exactly, because U keeps a tile's energy: whoever holds the reference measures it, and
        would recognise secrets by it.
        """
        return self._prepare(secret, k_sym, coarse)[0]

    def make(
        self,
        secret: Tensor,
        reference: Tensor,
        k_sym: Tensor,
        coarse: CoarseLayer | None,
        mix: Mix | None,
    ) -> tuple[Tensor, Side]:
        side, z, y = self._prepare(secret, k_sym, coarse)
        z, _ = self._send(z, y, reference, side, mix)
        return self.transform.inverse(z), side

    def conceal(
        self, secret: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> Tensor:
        z, _ = self.forward_pair(secret, reference, k_sym, side, mix)
        return self.transform.inverse(z)

    def forward_pair(
        self, secret: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> tuple[Tensor, Tensor]:
        """(z_T, y_T): the coupled state at the end of the conceal process."""
        known = self._known(side.coarse)
        rest = self.transform(secret) - known.coefficients
        z, y = self._move_secret(rest, k_sym, known, _column(side.units))
        return self._send(z, y, reference, side, mix)

    def _prepare(
        self, secret: Tensor, k_sym: Tensor, coarse: CoarseLayer | None
    ) -> tuple[Side, Tensor, Tensor]:
        """Side information, and z and y after the secret-side steps."""
        known = self._known(coarse)
        rest = self.transform(secret) - known.coefficients
        gains = self._gains(known, secret.new_ones(1, 1, 1, 1))
        units = scale_to(self.power, gains.gain(self.gains.steps) * rest)
        z, y = self._move_secret(rest, k_sym, known, _column(units))
        payload = (z, y)
        for p in self._mixing()[1]:  # what the reference-side steps will do to the payload
            payload = mix_pair(*payload, p)
        return Side(scale_to(self.power, payload[0]), units, coarse), z, y

    def _move_secret(
        self, rest: Tensor, k_sym: Tensor, known: "_Known", unit: Tensor
    ) -> tuple[Tensor, Tensor]:
        steps = self._secret_steps(k_sym, self._gains(known, unit), unit)
        return run(steps, rest, rest, self._mixing()[0])

    def _send(
        self, z: Tensor, y: Tensor, reference: Tensor, side: Side, mix: Mix | None
    ) -> tuple[Tensor, Tensor]:
        """Power, mix and the reference-side steps."""
        scale = _column(side.scales)
        z, y = _mixed(mix, z * scale), _mixed(mix, y * scale)
        return run(self._reference_steps(reference), z, y, self._mixing()[1])

    def inverse_pair(
        self,
        z: Tensor,
        y: Tensor,
        reference: Tensor,
        k_sym: Tensor,
        side: Side,
        mix: Mix | None,
    ) -> tuple[Tensor, Tensor]:
        """Exact inverse of `forward_pair`, given the true pair: (DWT(secret), DWT(secret))."""
        known, unit = self._known(side.coarse), _column(side.units)
        gains = self._gains(known, unit)
        z, y = self._receive(z, y, reference, _column(side.scales), mix)
        z, y = run_inverse(self._secret_steps(k_sym, gains, unit), z, y, self._mixing()[0])
        return z + known.coefficients, y + known.coefficients

    def reveal(
        self, stego: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> Tensor:
        scale, unit = _column(side.scales), _column(side.units)
        known, p = self._known(side.coarse), self._mixing()[0]
        gains = self._gains(known, scale)
        z = self.transform(stego)
        z, y = self._receive(z, z, reference, scale, mix)
        z, y = unmix_pair(z, y, p[-1])
        z, y = mix_pair(z, self._estimate_y(z, y, k_sym, known, gains, scale), p[-1])
        z, _ = run_inverse(self._secret_steps(k_sym, gains, unit), z, y, p)
        return self.transform.inverse(z + known.coefficients)

    def _known(self, coarse: CoarseLayer | None) -> "_Known":
        """What both sides know of the secret beforehand.

        Raises:
            ValueError: a coarse layer is missing, or there is one that this network cannot use.
        """
        if (coarse is None) != (self.tables is None):
            raise ValueError("side information of another kind of network")
        if coarse is None:
            nothing = self.gains.log_gain.new_zeros(1, self.transform.channels, 1, 1)
            return _Known(nothing, nothing, nothing[:, :1])
        log_step = _column(coarse.step.log())
        return _Known(self.allocation.reconstruct(coarse), self.allocation(coarse), log_step)

    def _gains(self, known: "_Known", scale: Tensor) -> TileGains:
        gains: TileGains = self.gains(known.log_size, known.log_step, scale)
        return gains

    def _mixing(self) -> tuple[Tensor, Tensor]:
        """p of the secret-side and of the reference-side steps."""
        p_secret, p_reference = self.mixing().split([len(self.diffusion), len(self.reaction)])
        return p_secret, p_reference

    def _receive(
        self, z: Tensor, y: Tensor, reference: Tensor, scale: Tensor, mix: Mix | None
    ) -> tuple[Tensor, Tensor]:
        """Everything of the inverse up to the secret-side steps."""
        z, y = run_inverse(self._reference_steps(reference), z, y, self._mixing()[1])
        return _unmixed(mix, z) / scale, _unmixed(mix, y) / scale

    def _estimate_y(
        self,
        z: Tensor,
        y: Tensor,
        k_sym: Tensor,
        known: "_Known",
        gains: TileGains,
        scale: Tensor,
    ) -> Tensor:
        """The receiver's y before its last un-step.

        The noise on z is white with variance NOISE^2 / scale^2; the change that the estimator
        makes to z is carried to the geometry of the secret, where a unit of it is worth 1 / g.
        """
        unit = scale / NOISE
        linear = gains.estimate_y(z, y, self._mixing()[0])
        if self.estimator is None:
            return linear
        payload = self.transform.to_half(z * unit)
        change = self.estimator(payload, self._clues(payload, known, gains, unit), k_sym)
        return linear + self.transform.from_half(change) / (unit * gains.gain(1))

    def _clues(self, payload: Tensor, known: "_Known", gains: TileGains, unit: Tensor) -> Tensor:
        """(B, CLUES, H/2, W/2): the coarse picture and the payload's expected size, compressed."""
        if known.coefficients.shape[-1] == 1:
            return payload.new_zeros(payload.shape[0], CLUES, *payload.shape[2:])
        size = (gains.log_gain + known.log_size + known.log_step + unit.log()).clamp(-6, 6)
        _, details = split_subbands(size, self.transform.levels)
        picture = self.transform.to_half(known.coefficients * gains.gain(self.gains.steps) * unit)
        return torch.cat([_compressed(picture / 8), details[-1].flatten(1, 2)], dim=1)

    def _secret_steps(self, k_sym: Tensor, gains: TileGains, unit: Tensor) -> list[CoupledStep]:
        """F(y) = (1 - h) y + DT(y), G(z) = (1 - h) / h z + DT(z), h the step's share of g.

        The corrections are in units of the noise that z will have after the step.
        """
        h = gains.gain(1)
        left = len(self.diffusion)
        steps = []
        for terms in cast(Iterable[Sequence[DiffusionTerm]], self.diffusion):
            before = unit * gains.gain(left) / NOISE
            left -= 1
            after = unit * gains.gain(left) / NOISE
            f = functools.partial(self._move, terms[0], k_sym, 1 - h, before, after)
            g = functools.partial(self._move, terms[-1], k_sym, (1 - h) / h, after, after)
            steps.append(CoupledStep(f, g))
        return steps

    def _move(
        self,
        term: DiffusionTerm,
        k_sym: Tensor,
        linear: Tensor,
        unit_in: Tensor,
        unit_out: Tensor,
        u: Tensor,
    ) -> Tensor:
        """Linear part + DT. In units of the coming noise, that noise is white with variance one in
        every band: there the filters look, and that is what a correction is measured in.
        """
        correction = term(self.transform.to_half(u * unit_in), k_sym)
        return linear * u + self.transform.from_half(correction) / unit_out

    def _reference_steps(self, reference: Tensor) -> list[CoupledStep]:
        """F = G = -c + CRT in the first step, CRT alone later; CRT sees the payload only.

        Not conditioned on k_sym, whose half that stems from the secret would show in the stego
        before whoever holds the reference: the key that these terms see is zero.
        """
        c = self.transform(reference.clamp(self.headroom, 1 - self.headroom))
        nothing = torch.zeros_like(c)
        k_sym = c.new_zeros(1, self.keys.w_learned.numel())
        steps = []
        pairs = cast(Iterable[Sequence[ReactionTerm]], self.reaction)
        for t, (terms, guide) in enumerate(zip(pairs, self.guidance(c), strict=True)):
            held, added = (nothing, c) if t == 0 else (c, nothing)
            f = functools.partial(_react, terms[0], guide, k_sym, held, added)
            g = functools.partial(_react, terms[-1], guide, k_sym, c, added)
            steps.append(CoupledStep(f, g))
        return steps


@dataclass(frozen=True)
class _Known:
    """The coarse layer's coefficients, the log of the expected rest in steps (both packed), and
    the log of the step (B, 1, 1, 1).
    """

    coefficients: Tensor
    log_size: Tensor
    log_step: Tensor


def _estimator(config: BaseConfig) -> nn.Module | None:
    part = config.estimator
    if part.kind == "none":
        return None
    if part.kind == "diffusion":
        return DiffusionEstimator(_HALF_CHANNELS, config.key_dim, part)
    return ResidualEstimator(_HALF_CHANNELS, part)


def _react(
    term: ReactionTerm, guide: Tensor, k_sym: Tensor, held: Tensor, added: Tensor, u: Tensor
) -> Tensor:
    """CRT of the payload u - held, in units of the rounding noise and compressed, minus `added`."""
    reaction: Tensor = term(_compressed((u - held) / NOISE), guide, k_sym)
    return NOISE * reaction - added


def _compressed(x: Tensor) -> Tensor:
    """asinh(x); torch.asinh itself takes ten times as long on a CPU."""
    square = x.square()
    return torch.log1p(x.abs() + square / (1 + (1 + square).sqrt())).copysign(x)


def _mixed(mix: Mix | None, x: Tensor) -> Tensor:
    return x if mix is None else mix.forward(x)


def _unmixed(mix: Mix | None, x: Tensor) -> Tensor:
    return x if mix is None else mix.inverse(x)


def _column(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
