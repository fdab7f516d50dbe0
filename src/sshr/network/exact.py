"""The coupled steps in closed form (docs/method.md): three changes of basis, two steps after each.

    tokens of a block bank    DT, nonlinear: local contrast is companded, s -> H(H(s))
    a row of coefficients     DT, linear: one gain for each class; mixed by the session key or not
    planes of the picture     CRT: the reference, and how strongly each place may change

Each pair of steps ends with z = y, so the stego alone determines both. Changes of basis are linear
and the same for z and y; all but the mix's scales are orthonormal.
"""

import copy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from sshr.network.bank import (
    BlockBank,
    FrequencyRows,
    RankedRows,
    RowBank,
    named_bank,
    size_of,
)
from sshr.network.closed_form import Stage, linear_pair, nonlinear_pair
from sshr.network.companding import Companding
from sshr.network.config import ModelConfig
from sshr.network.constants import LARGEST_GAIN, LOUDEST, SCALE_ROUNDS
from sshr.network.coupling import Watch
from sshr.network.fit import fit_start, mean_power, reachable
from sshr.network.mix import Mix
from sshr.network.rotation import KeyedRotation
from sshr.network.sizes import Size, ring_sizes
from sshr.network.spread import Groups, Spread
from sshr.network.steps import Pair, Shared, Steps
from sshr.network.strength import Strength, inside, with_headroom
from sshr.network.transform import Transform
from sshr.rounding.kernels import ROUNDING


@dataclass(frozen=True)
class _Setting:
    """What reference and key decide of a tile.

    Attributes:
        strength: of the payload at each pixel, (B, 1, H, W).
        centre: planes of the reference with its headroom, which the payload is added to.
        turns: the key's rotations of the bank; None where keys do not turn it.
    """

    strength: Tensor
    centre: Tensor
    turns: Tensor | None

    @property
    def size(self) -> Size:
        """(H, W)."""
        return size_of(self.centre)


class ExactSteps(Steps):
    """The closed form of a configuration; see `Steps` for what its methods give."""

    groups: Tensor
    rank: Tensor
    shares: Tensor
    log_target: Tensor
    log_noise: Tensor
    start: Tensor

    def __init__(self, config: ModelConfig, transform: Transform) -> None:
        super().__init__()
        exact = config.exact
        self.config = exact
        self.mixing = config.mixing
        self.transform = transform
        self.blocks = BlockBank(exact.block)
        part = exact.companding
        self.companding: Companding | None = None
        if part.width:
            self.companding = Companding(exact.block, part.width, part.limit, part.rbf)
        self.strength = Strength(exact.strength, config.printed.reaction)
        channels, rings = self.blocks.channels, exact.rings
        # Which ring each kernel's coefficients go to, and how large a part of them each ring is.
        self.register_buffer("groups", torch.arange(channels) * rings // channels)
        self.register_buffer("shares", torch.bincount(self.groups, minlength=rings).float())
        # The spectrum that rounding is shaped to, and the one that its kernels achieve.
        self.register_buffer("log_target", torch.zeros(rings))
        self.register_buffer("log_noise", torch.zeros(rings))
        if self._is_ranked:
            # Of the classes of frequencies, the loudest first.
            self.register_buffer("rank", torch.arange(3 * rings))
        self.rotation: KeyedRotation | None = None
        if exact.angle:
            self.rotation = KeyedRotation(config.key_dim, exact.angle)
        classes = rings if exact.mixed else self.bank().classes
        self.log_gain = nn.Parameter(torch.full((classes,), -4.0))
        self.register_buffer("start", self.log_gain.detach().clone())
        self.scale_count = config.scale_count

    @torch.no_grad()
    def at(self, stego_psnr: float) -> "ExactSteps":
        other = copy.copy(self)
        other.config = replace(self.config, stego_psnr=stego_psnr)
        return other

    @torch.no_grad()
    def untrain(self) -> None:
        """Back to the linear start: every learned correction becomes exactly zero."""
        self.log_gain.copy_(self.start)
        self.strength.close()
        if self.companding is not None:
            self.companding.close()

    def fit(self, crops: Tensor) -> None:
        fit_start(self, crops)

    @torch.no_grad()
    def set_noise(self, log_noise: Tensor) -> Tensor:
        """Take the log spectrum (rings,) that rounding is shaped to, as far as it can be.

        Returns what is achieved of it, in fp64; see `reachable`.
        """
        target, reached = reachable(log_noise, self.shares)
        self.log_target.copy_(target)
        self.log_noise.copy_(reached)
        return self.log_noise.double()

    def conceal(
        self, planes: Tensor, shared: Shared, watch: Watch | None = None
    ) -> tuple[Pair, Tensor]:
        z, y = self._first_stage().run(planes, planes, watch)
        later, scales = self._later_for(z, shared)
        for stage in later:
            # From z alone: what fp32 leaves between z and y, quiet groups scale up, and it would
            # add to their power, as much as the secret has them.
            z, y = stage.run(z, z, watch)
        return (z, y), scales

    def reveal(
        self, pair: Pair, shared: Shared, scales: Tensor, watch: Watch | None = None
    ) -> Pair:
        z, y = pair
        for stage in reversed(self._stages(shared, scales)):
            z, y = stage.run_inverse(z, y, watch)
        return z, y

    def result(self, planes: Tensor, shared: Shared) -> tuple[Tensor, Tensor]:
        z = self._first_stage().result(planes)
        later, scales = self._later_for(z, shared)
        for stage in later:
            z = stage.result(z)
        return z, scales

    def undone(self, z: Tensor, shared: Shared, scales: Tensor) -> Tensor:
        for stage in reversed(self._stages(shared, scales)):
            z = stage.undone(z)
        return z

    def _later_for(self, tokens: Tensor, shared: Shared) -> tuple[tuple[Stage, Stage], Tensor]:
        """The later stages for companded tokens of a secret, and its scales."""
        setting, spread = self._setting(shared), None
        if self.config.mixed:
            spread = Spread.of_secret(tokens, self._groups_in(setting.size), _given(shared.mix))
        scales = spread.scales if spread else self._scale(tokens, setting)
        return self._later(setting, scales, spread), scales

    def _stages(self, shared: Shared, scales: Tensor) -> tuple[Stage, ...]:
        """All stages as a receiver has them."""
        setting, spread = self._setting(shared), None
        if self.config.mixed:
            spread = Spread(self._groups_in(setting.size), _given(shared.mix), scales)
        return self._first_stage(), *self._later(setting, scales, spread)

    def _setting(self, shared: Shared) -> _Setting:
        strength, room = self._strength_and_room(shared.reference)
        turns = None if self.rotation is None else self.rotation(shared.k_sym)
        return _Setting(strength, self._centre(shared.reference, room), turns)

    def _first_stage(self) -> Stage:
        """Tokens and the nonlinear pair."""
        pair = None
        if self.companding is not None:
            pair = nonlinear_pair(self.companding, self.companding.inverse)
        return Stage(self.blocks.split, self.blocks.join, pair, self.blocks.join)

    def _later(
        self, setting: _Setting, scales: Tensor, spread: Spread | None
    ) -> tuple[Stage, Stage]:
        """The linear pair and the reference's pair; scales (B, scale_count)."""
        size, strength, turns = setting.size, setting.strength, setting.turns
        bank, carrier, p = self.bank(), self.carrier(), self.mixing

        def to_planes(row: Tensor) -> Tensor:
            return carrier.planes(row, size)

        def turned_to_planes(row: Tensor) -> Tensor:
            return bank.planes(self._turned(row, turns, size, undo=True), size)

        def turned_row(planes: Tensor) -> Tensor:
            return self._turned(bank.row(planes), turns, size)

        c = setting.centre
        gain, target = self._gain(size, scales), c
        own: Tensor | float = 0.0
        if self.config.payload == "difference":
            own, target = bank.row(c) - gain * turned_row(c), (1 - strength) * c
        gains, crt = linear_pair(gain, own, p), linear_pair(strength, target)
        # Only one side of the gains is turned: among equal gains, turning back would undo it.
        if spread is not None:
            last = Stage(turned_to_planes, turned_row, crt, lambda planes: planes)
            return Stage(spread.forward, spread.inverse, gains, turned_to_planes, p), last

        def enter(tokens: Tensor) -> Tensor:
            return turned_row(self.blocks.join(tokens))

        def leave(row: Tensor) -> Tensor:
            return self.blocks.split(turned_to_planes(row))

        last = Stage(to_planes, carrier.row, crt, lambda planes: planes)
        return Stage(enter, leave, gains, to_planes, p), last

    def payload_seen(self, stego: Tensor, reference: Tensor) -> Tensor:
        """See `Steps`. The keyed rotation is not undone: it is the same as far as energies go."""
        strength, room = self._strength_and_room(reference)
        change = self.transform.planes(stego) - self._centre(reference, room)
        return self.carrier().row(change / strength)

    def strength_at(self, reference: Tensor) -> Tensor:
        return self._strength_and_room(reference)[0]

    def _strength_and_room(self, reference: Tensor) -> tuple[Tensor, Tensor]:
        even, config = self.strength(reference, self.transform), self.config
        return with_headroom(even, reference, self.payload_power, config.headroom, config.equal)

    @property
    def noise_power(self) -> float:
        """Mean square of the rounding noise in the stego, on [0, 1] samples."""
        return mean_power(self.log_noise, self.shares)

    @property
    def payload_power(self) -> float:
        """Mean square of the payload in the stego that makes it `stego_psnr`, as far as it can."""
        return max(10 ** (-self.config.stego_psnr / 10) - self.noise_power, ROUNDING)

    def noise_spectrum(self) -> tuple[list[float], list[float]]:
        if not self.config.shaping:
            return super().noise_spectrum()
        return self._shares, self.log_target.exp().tolist()

    def group_sizes(self, size: Size) -> list[int]:
        return ring_sizes(size, self._shares) if self.config.mixed else []

    def usual_scales(self) -> Tensor:
        count = self.scale_count
        if not self.config.mixed or self.companding is None:
            return torch.ones(count, dtype=torch.float64)
        power, groups = self.companding.size.double().square().cpu(), self.groups.cpu()
        sums = power.new_zeros(count).index_add(0, groups, power)
        counts = torch.bincount(groups, minlength=count).clamp(min=1)
        return (sums / counts).clamp(min=1e-9).rsqrt()

    def rounding_noise(self, reference: Tensor, generator: torch.Generator) -> Tensor:
        noise = torch.randn(reference.shape, generator=generator).to(reference) * ROUNDING**0.5
        if not self.config.shaping:
            return noise
        # Every sample is rounded by as much; what shaping sees is its error by strength.
        bank, size = FrequencyRows(self._shares), size_of(reference)
        power = self.log_noise[bank.ring_of(size).to(noise.device)].exp()
        strength = self.strength_at(reference)
        return bank.planes(bank.row(noise / strength) * power.sqrt(), size) * strength

    def bank(self) -> RowBank:
        """The bank k of the linear pair."""
        if self._is_ranked:
            return RankedRows(FrequencyRows(self._shares), self.rank)
        return self.carrier()

    def carrier(self) -> RowBank:
        """The bank in which the stego carries what `bank` found; another order of it at most."""
        return named_bank(self.config.bank, self.config.block, self._shares)

    @property
    def _is_ranked(self) -> bool:
        return self.config.ranked and not self.config.mixed

    @property
    def _shares(self) -> list[float]:
        return [float(share) for share in self.shares]

    def _gain(self, size: Size, scales: Tensor) -> Tensor:
        """(B, N) or (1, N): amplitude of each entry of a row."""
        if self.config.mixed:
            counts = torch.tensor(ring_sizes(size, self._shares), device=scales.device)
            power = (2 * self.log_gain).exp()
            mean = (power * counts).sum() / counts.sum()
            gain = (power * (self.payload_power / mean)).sqrt()
            return gain.repeat_interleave(counts)[None]
        classes = self.bank().class_of(size).to(scales.device)
        return (self.log_gain.exp()[classes] * scales).clamp(max=LARGEST_GAIN)

    def _centre(self, reference: Tensor, room: Tensor) -> Tensor:
        """Planes of the reference with its headroom, which the payload is added to."""
        return self.transform.planes(inside(reference, room))

    def _turned(self, row: Tensor, turns: Tensor | None, size: Size, undo: bool = False) -> Tensor:
        """A row of the bank in the basis that the key turns, or back.

        Ring by ring in a mixed network: whoever guesses the secret knows its k_sym, and rings that
        shared some energy would have their fixed powers again when he undoes the right turn.
        """
        if turns is None:
            return row
        rings = row.split(self.group_sizes(size) or row.shape[1], dim=1)
        turns, colours = (turns.mT if undo else turns), self.bank().colours
        return torch.cat([KeyedRotation.turn(ring, turns, colours) for ring in rings], dim=1)

    def _scale(self, tokens: Tensor, setting: _Setting) -> Tensor:
        """(B, 1) at which the payload of these tokens has the power that this reference allows."""
        size, bank, strength = setting.size, self.bank(), setting.strength
        sent = self.blocks.join(tokens)
        if self.config.payload == "difference":
            sent = sent - setting.centre
        row = self._turned(bank.row(sent), setting.turns, size)
        allowed = self.payload_power * strength.square().mean((1, 2, 3))
        scale = tokens.new_ones(len(tokens), 1)
        for _ in range(SCALE_ROUNDS):
            payload = strength * self.carrier().planes(self._gain(size, scale) * row, size)
            power = payload.square().mean((1, 2, 3)).clamp(min=1e-12)
            scale = (scale * (allowed / power).sqrt()[:, None]).clamp(max=LOUDEST)
            if float((scale.max() * self.log_gain.max().exp()).detach()) < LARGEST_GAIN:
                break  # no gain has reached its limit, so power is proportional
        return scale

    def _groups_in(self, size: Size) -> Groups:
        return Groups.in_tile(size, self.groups, self._shares, self.config.block)


def _given(mix: Mix | None) -> Mix:
    if mix is None:
        raise ValueError("this network needs a keyed mix")
    return mix
