"""k_sym in the bank: CRC for kernels that stay orthonormal (paper section 3.1).

The paper makes kernels from the key by W = Linear(SiLU(Linear(k_sym))). Here W are angles: a
rotation among 16 neighbouring atoms of (nearly) equal gain, k_i -> R_k k_i. Any rotation keeps the
bank orthonormal and the reveal exact, so a key costs no fidelity; another key un-rotates wrongly.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.constants import TURN_ATOMS, TURNS

_HIDDEN = 96
_LENGTH = 16.0  # of every key, whatever its pair


class KeyedRotation(nn.Module):
    """Keys (B, d) -> rotations (B, turns, 16, 16), for `turn`.

    Args:
        key_dim: of k_sym.
        angle: how far a key turns; 0 leaves the bank as it is.
    """

    def __init__(self, key_dim: int, angle: float) -> None:
        super().__init__()
        self.angle = angle
        pairs = TURN_ATOMS * (TURN_ATOMS - 1) // 2
        self.enter = nn.Linear(key_dim, _HIDDEN)
        self.leave = nn.Linear(_HIDDEN, TURNS * pairs)
        with torch.no_grad():
            self.enter.weight.normal_(std=key_dim**-0.5)
            self.leave.weight.normal_(std=_HIDDEN**-0.5)
            self.enter.bias.zero_()
            self.leave.bias.zero_()
        self.requires_grad_(False)

    def angles(self, k_sym: Tensor) -> Tensor:
        """Of the rotations' planes, (B, turns, 120)."""
        key = F.normalize(k_sym, dim=1) * _LENGTH
        return self.angle * self.leave(F.silu(self.enter(key))).unflatten(1, (TURNS, -1))

    def forward(self, k_sym: Tensor) -> Tensor:
        angles = self.angles(k_sym)
        rows, columns = torch.triu_indices(TURN_ATOMS, TURN_ATOMS, 1, device=angles.device)
        skew = angles.new_zeros(*angles.shape[:2], TURN_ATOMS, TURN_ATOMS)
        skew[..., rows, columns] = angles
        turns: Tensor = torch.linalg.matrix_exp(skew - skew.mT)
        return turns

    @staticmethod
    def turn(row: Tensor, turns: Tensor, colours: int) -> Tensor:
        """Rotate each group of 16 neighbours in (B, N); what does not fill a last group stays.

        Coefficients of `colours` planes lie side by side and are not mixed with each other.
        """
        group = TURN_ATOMS * colours
        whole = row.shape[1] // group * group
        blocks = row[:, :whole].reshape(len(row), whole // group, TURN_ATOMS, colours)
        which = torch.arange(blocks.shape[1], device=row.device) % TURNS
        turned = (turns.index_select(1, which) @ blocks).flatten(1)
        return torch.cat([turned, row[:, whole:]], dim=1)
