"""What detectors find of replaced lowest bits, and where nothing is."""

from statistics import fmean

from figure_blocks.base import Figures, Json, block, table


@block("detectors")
def detectors(figures: Figures) -> str:
    """P_E of each detector."""
    rows = []
    told = figures.result("detectors")["rows"]
    shares = list(dict.fromkeys(share for row in told.values() for share in row["replaced"]))
    for name, row in told.items():
        cells = []
        for share in shares:
            folds = row["replaced"][share]
            count = f"{len(folds)} fold{'s' * (len(folds) > 1)}"
            cells += [f"{fmean(folds):.3f} ({count})", unseen(row, share)]
        rows.append([f"`{name}`", str(row["photographs"]), *cells, nothing(row.get("nothing"))])
    heads = []
    for share in shares:
        heads += [f"LSB replacement, {share} bits a sample", "the same, other photographs"]
    return table(["detector", "photographs", *heads, "nothing"], rows)


def unseen(row: Json, share: str) -> str:
    """P_E on photographs of other folders, with its 95 % interval."""
    if share not in row.get("unseen", {}):
        return "-"
    found = row["unseen"][share]
    return f"{found['p_e']:.3f} ({found['low']:.2f} to {found['high']:.2f}), {row['others']}"


def nothing(found: Json | None) -> str:
    """P_E where there is nothing to find."""
    if found is None:
        return "-"
    if found["repeats"] == 1:
        return f"{found['p_e']:.3f} ({found['low']:.2f} to {found['high']:.2f})"
    return f"{found['p_e']:.3f} ± {found['spread']:.3f} in {found['repeats']} splits"
