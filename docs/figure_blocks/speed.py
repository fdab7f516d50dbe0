"""Whole commands beside an earlier release and what cannot be avoided; how time and memory grow."""

from figure_blocks.base import Figures, Json, block, table


@block("commands")
def commands(figures: Figures) -> str:
    """A row for each command: this program, and its share of the others' time."""
    told = figures.result("commands")
    ratios = {(one["command"], one["to"]): one for one in told["ratios"]}
    rows = []
    for one in told["commands"]:
        if one["program"] != "this":
            continue
        shares = [
            share(ratios.get((one["command"], other)), figure)
            for other, figure in (
                ("bound", "seconds"),
                ("previous", "seconds"),
                ("previous", "cpu_seconds"),
                ("previous", "peak_bytes"),
            )
        ]
        memory = f"{one['peak_bytes'] / 2**20:.0f} MiB"
        rows.append([f"`{one['command']}`", f"{one['seconds']:.2f} s", memory, *shares])
    heads = [f"{told['threads']} threads", "time", "memory", "of bound", "of previous: time"]
    return table([*heads, "processor time", "memory"], rows)


@block("commands-short")
def commands_short(figures: Figures) -> str:
    """Analog pairs, small and large."""
    told = figures.result("commands")
    found = {one["command"]: one for one in told["commands"] if one["program"] == "this"}
    sizes = [name.removeprefix("conceal ") for name in found if name.startswith("conceal ")]
    rows = []
    for size in sizes:
        cells = [
            f"{one['seconds']:.1f} s, {one['peak_bytes'] / 2**20:.0f} MiB"
            for one in (found[f"{way} {size}"] for way in ("conceal", "reveal"))
        ]
        rows.append([size, *cells])
    return table([f"whole commands, {told['threads']} threads", "conceal", "reveal"], rows)


def share(ratio: Json | None, figure: str) -> str:
    """A ratio, or nothing where there is none."""
    return "-" if ratio is None else f"{ratio[figure]:.2f}"


@block("scaling")
def scaling(figures: Figures) -> str:
    """Time and memory by size, then by jobs."""
    told = figures.result("scaling")
    sizes = sorted({one["megapixels"] for one in told["sizes"]})
    rows = []
    for size in sizes:
        found = {one["command"]: one for one in told["sizes"] if one["megapixels"] == size}
        cells = [
            f"{found[way]['cpu_seconds']:.1f} s, {found[way]['peak_bytes'] / 2**20:.0f} MiB"
            for way in ("conceal", "reveal")
        ]
        rows.append([f"{size:.3g}", *cells])
    by_size = table(["megapixels", "conceal, processor time and memory", "reveal"], rows)
    growth = {one["command"]: one for one in told["growth"]}
    words = " and ".join(
        f"{way} {one['exponent']:.2f} ({one['bytes_a_pixel']:.0f} bytes a pixel)"
        for way, one in growth.items()
    )
    jobs = ", ".join(
        f"{one['seconds'] / one['pictures']:.2f} s a picture with {one['jobs']}"
        for one in told["jobs"]
    )
    return (
        f"{by_size}\n\nExponent of processor time over megapixels: {words}. Folders of 256 px "
        f"pictures by processes: {jobs}."
    )
