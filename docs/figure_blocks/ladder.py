"""From the printed equations to the presets: what each entry of the configuration is worth."""

from collections.abc import Sequence
from itertools import pairwise

from figure_blocks.base import Figures, Json, MissingError, block, both, table


def first_ladder(figures: Figures) -> Json:
    """The ladder on the first of its sets."""
    return ladders(figures)[0]


def ladders(figures: Figures) -> list[Json]:
    """One for each set."""
    told = figures.result("ladder")
    for preset, checkpoint in told["checkpoints"].items():
        figures.measured("ladder", preset, checkpoint)
    return list(told["sets"])


def rung(figures: Figures, entry: str, which: int = -1) -> tuple[Json, Json]:
    """Files' means one rung before an entry of the configuration was changed, and with it.

    Args:
        which: of several rungs that change the entry, the first being 0.
    """
    rungs = first_ladder(figures)["rungs"]
    found = [
        (before["channels"]["png"], after["channels"]["png"])
        for before, after in pairwise(rungs)
        if any(name == entry or name.startswith(f"{entry}.") for name in after["changes"])
    ]
    if not found:
        raise MissingError(f"docs/results/ladder.json has no rung for {entry}")
    return found[which]


def added(figures: Figures, entry: str, which: int = -1) -> str:
    """What that rung adds to the sum."""
    before, after = rung(figures, entry, which)
    return f"{after['total'] - before['total']:+.2f} dB"


def variant(figures: Figures, name: str) -> Json:
    """Files' means of a row beside the ladder."""
    for row in first_ladder(figures)["variants"]:
        if row["name"] == name:
            return row["channels"]["png"]
    raise MissingError(f"docs/results/ladder.json has no variant {name!r}")


def climbs(rungs: Sequence[Json]) -> list[str]:
    """What each rung adds to the sum of the one before it."""
    totals = [row["channels"]["png"]["total"] for row in rungs]
    return ["", *(f"{b - a:+.2f}" for a, b in pairwise(totals))]


@block("printed")
def printed(figures: Figures) -> str:
    """What the paper prints, beside what its coupling gives if nothing is rounded."""
    stego, revealed = figures.quoted("table7")[0], figures.quoted("table1")[0]
    start = first_ladder(figures)["rungs"][0]["channels"]["float"]
    return (
        f"The paper prints {stego:.2f} + {revealed:.2f} = {stego + revealed:.2f} dB for other "
        "pictures and does not say whether its stegos were rounded. If nothing is rounded, the "
        f"first row has {start['stego_psnr']:.2f} + {start['revealed_psnr']:.2f} dB, without any "
        "training: figures of stegos that no file holds say nothing about files."
    )


@block("ladder")
def ladder(figures: Figures) -> str:
    """Every rung and variant, with all that was measured."""
    parts = []
    for one in ladders(figures):
        rows = [*one["rungs"], *one["variants"]]
        gains, lines = climbs(one["rungs"]) + [""] * len(one["variants"]), []
        for row, gain in zip(rows, gains, strict=True):
            png, exact = row["channels"]["png"], row["channels"].get("float")
            changes = [f"`{name}` {a} → {b}" for name, (a, b) in row["changes"].items()]
            lines.append(
                [
                    row["name"] + (", trained" if row["learned"] else ""),
                    ", ".join(changes) or row["why"],
                    both(png, "stego"),
                    f"{both(png, 'revealed')} ({png['worst_revealed']:.2f})",
                    f"{png['total']:.2f}",
                    gain,
                    "-" if exact is None else f"{exact['revealed_psnr']:.2f}",
                ]
            )
        heads = ["", "entry", "stego", "revealed (worst)", "sum", "adds", "revealed, float"]
        parts += [f"**{one['folder']}, {one['pairs']} pairs**", table(heads, lines, 2)]
    parts.append(
        "PSNR in dB / SSIM, through written 8-bit files, without header before the last rung. "
        "`float`: the receiver has the sender's tensor. Below the rungs: the presets, changed."
    )
    return "\n\n".join(parts)


@block("modules")
def modules(figures: Figures) -> str:
    """What each part of the paper is worth in the product."""
    flat, mapped = rung(figures, "exact.strength")
    mixed = rung(figures, "exact.mixed")[1]["total"]
    mixing = variant(figures, "base, p = 0.97")["total"] - mixed
    start = first_ladder(figures)["rungs"][0]["channels"]["float"]["revealed_psnr"]
    similar = mapped["stego_ssim"] - flat["stego_ssim"]
    banks = f"{added(figures, 'exact.bank', 0)}, then {added(figures, 'exact.bank')}"
    rows = [
        ["DWT", "front end; its four bands are the bank of the first rungs", "the first rungs"],
        ["alternating coupling, exact inverse", "everything", f"{start:.2f} dB, nothing rounded"],
        ["mixing with p", "nothing: the result does not depend on it", f"{mixing:+.2f} dB at 0.97"],
        ["DT, linear", "gains: in blocks instead of bands, then in frequencies", banks],
        ["DT, nonlinear; Re-FFN", "companding", added(figures, "exact.companding")],
        ["CRT", "brings the reference in", "without it there is no stego"],
        [
            "alpha, beta from the reference",
            "strength map",
            f"stego SSIM {similar:+.4f} for {mapped['total'] - flat['total']:+.2f} dB",
        ],
        ["CIGM", "may correct that map; the packaged presets use the formula alone", "not used"],
        ["63 RBFs", "may bend the diffusivities; the packaged presets do without", "not used"],
        ["Transformer block N", "identity", "not used"],
        ["Rep-Conv", "inside Re-FFN; merges into one kernel", "not measured alone"],
        ["RSRK, CRC", "rotate the bank: [keys](#keys-of-the-paper)", added(figures, "exact.angle")],
        ["losses", "the presets use another: [training](training.md#losses)", "not used"],
    ]
    return table(["part of the paper", "what it does in `base`", "worth"], rows, 3)


@block("trade")
def trade(figures: Figures) -> str:
    """What other strength maps cost and buy."""
    told, rows = figures.result("trade"), []
    figures.measured("trade", "base", told["checkpoint"])
    for row in told["rows"]:
        error = "-"
        if row.get("p_e") is not None:
            error = f"{row['p_e']:.3f} ± {row['p_e_spread']:.3f}"
        rows.append(
            [
                f"{row['contrast']:g}",
                f"{row['floor']:g}",
                both(row, "stego"),
                both(row, "revealed"),
                *(f"{row['sum']:.2f}", f"{row['lpips']:.4f}", f"{row['niqe']:.2f}", error),
            ]
        )
    heads = ["contrast", "floor", "stego PSNR / SSIM", "revealed PSNR / SSIM", "sum"]
    return table([*heads, "LPIPS", "NIQE", "P_E of a detector"], rows, 0)
