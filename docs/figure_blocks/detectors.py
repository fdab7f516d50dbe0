"""What detectors find of replaced lowest bits, and where nothing is."""

from statistics import fmean

from figure_blocks.base import Figures, block, table


@block("detectors")
def detectors(figures: Figures) -> str:
    """P_E of each detector."""
    rows = []
    told = figures.result("detectors")["rows"]
    shares = list(dict.fromkeys(share for row in told.values() for share in row["replaced"]))
    for name, row in told.items():
        cells = [f"{fmean(row['replaced'][share]):.3f}" for share in shares]
        none = row["nothing"]
        cells.append(f"{none['p_e']:.3f} ± {none['spread']:.3f} in {none['repeats']} splits")
        rows.append([f"`{name}`", str(row["photographs"]), *cells])
    heads = [f"LSB replacement, {share} bits a sample" for share in shares]
    return table(["detector", "photographs", *heads, "nothing"], rows)
