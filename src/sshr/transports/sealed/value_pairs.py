"""The samples whose lowest bit the header sets: payload chooses a pair of neighbouring values, the
header's bit one of the two.

Pairs begin at an even value or at an odd one, as a bit of keystream says for each sample, so that
not only 2k and 2k + 1 change into each other; where an odd pair would leave 0..255 it is even.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.transports.sealed.noise_model import ChangeTable, Classes


@dataclass(frozen=True)
class PairGroup:
    """Samples that share one distribution.

    Attributes:
        chosen: indices into what `PairGroups` was given.
        lowest: the lower change of the first pair; the others follow in steps of 2.
        frequencies: of the pairs, of sum 2^24.
    """

    chosen: NDArray[np.int64]
    lowest: int
    frequencies: NDArray[np.int64]


def pair_groups(
    classes: Classes,
    found: NDArray[np.uint16],
    samples: NDArray[np.uint8],
    odd: NDArray[np.bool_],
    backwards: bool = False,
) -> Iterator[PairGroup]:
    """The groups in their order.

    Args:
        found: class of each sample.
        samples: the reference's values there.
        odd: where a pair shall begin at an odd value.
    """
    tables = [ChangeTable(0, np.array([1 << 24], np.int64)), *classes.tables]
    downs = np.array([table.down for table in tables])[found]
    ups = np.array([len(table.frequencies) - 1 - table.down for table in tables])[found]
    values = samples.astype(np.int64)
    first = odd & (values - downs >= 1) & (values + ups <= 254)
    kinds = found.astype(np.int64) * 2 + ((values - first) & 1)
    known = np.unique(kinds)
    for kind in known[::-1] if backwards else known:
        table, phase = tables[int(kind) // 2], int(kind) % 2
        lowest = -table.down - ((table.down + phase) & 1)
        joined = np.concatenate([np.zeros(-table.down - lowest, np.int64), table.frequencies])
        joined = np.append(joined, np.zeros(len(joined) % 2, np.int64))
        yield PairGroup(np.flatnonzero(kinds == kind), lowest, joined.reshape(-1, 2).sum(axis=1))
