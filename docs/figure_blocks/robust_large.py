"""Time and memory of the robust transport on large references."""

from figure_blocks.base import Figures, block, table


@block("robust-large")
def robust_large(figures: Figures) -> str:
    """Whole commands, and searches for a header."""
    told = figures.result("robust-large")
    large, small = ("{}x{}".format(*told[name]) for name in ("size", "search"))
    uses = "; ".join(
        f"{use['command']} {use['seconds']:.1f} s ({use['cpu_seconds']:.0f} s of the processor), "
        f"{use['peak_bytes'] / 2**30:.2f} GiB"
        for use in told["commands"]
    )
    rows = [
        [what, *(f"{one['seconds']:.1f}" for one in _by_channel(told[name], told["found"]))]
        for what, name in (
            (f"stego of {large}, found", "found"),
            (f"reference of {small} itself, nothing found", "innocent"),
        )
    ]
    heads = ["seconds of a search behind", *(f"`{one['channel']}`" for one in told["found"][1:])]
    return (
        f"Whole commands on a pair of {large}, {told['threads']} threads: {uses}.\n\n"
        f"{table(heads, rows)}\n\nWhere it lies elsewhere or in another size, the header of that "
        f"large stego is found in: {_each(told['moved'])}."
    )


def _each(searches: list) -> str:
    """Seconds by what has happened."""
    return ", ".join(f"`{one['channel']}` {one['seconds']:.1f} s" for one in searches)


def _by_channel(found: list, order: list) -> list:
    """Rows in the order of others, without the untouched file."""
    named = {one["channel"]: one for one in found}
    return [named[one["channel"]] for one in order[1:]]
