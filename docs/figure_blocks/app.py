"""The page under load, and in a browser."""

from figure_blocks.base import Figures, block


@block("app-page")
def app_page(figures: Figures) -> str:
    """What a person waits for."""
    page = figures.result("app")["page"]
    return (
        f"First paint after {1000 * page['first_paint_seconds']:.0f} ms, with "
        f"{page['asset_bytes'] / 1000:.0f} kB in all. From the link to a downloaded stego of "
        f"768x512 px {page['conceal_seconds']:.1f} s, from there to the revealed picture "
        f"{page['reveal_seconds']:.1f} s (Chromium {page['chromium'].split('.')[0]}, driven by a "
        f"program); before that `sshr app` takes {page['start_seconds']:.1f} s to start."
    )


@block("app-load")
def app_load(figures: Figures) -> str:
    """What many requests do to it."""
    load = figures.result("app")["load"]
    counts = {"good": 0, "garbage": 0}
    for kind, count in load["statuses"].items():
        counts[kind.split()[0]] += count
    refused = sorted({name.split()[1] for name in load["statuses"] if name.startswith("garbage")})
    return (
        f"{load['requests']:,} requests, {load['at_once']} at once: {counts['good']} conceals, "
        f"reveals, inspections and forecasts, all answered; {counts['garbage']} garbage, each "
        f"refused in words ({', '.join(refused)}); {len(load['not_as_expected'])} not as expected. "
        f"Memory of all its processes when at rest: {load['memory_mebibytes'][-1]:.0f} MiB at the "
        f"end, at most {load['growth_mebibytes']:.0f} MiB more than after the first 300."
    )
