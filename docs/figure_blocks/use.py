"""What using the tool is like: speed, the sealed transport, how often SPAM finds it."""

from statistics import fmean, pstdev

from figure_blocks.base import Figures, Json, block, table


@block("speed")
def speed(figures: Figures) -> str:
    """Networks and whole commands."""
    told = figures.result("speed")
    networks = {one["name"]: one for one in told["networks"]}
    peer, rows = networks["peer"], []
    for name in ("base", "paper"):
        one = networks[name]
        times = [f"{1e3 * one[f'{way}_seconds']:.0f} ms" for way in ("conceal", "reveal")]
        size = f"{one['parameters'] / 1e6:.2f} M parameters, {one['conceal_flops'] / 1e9:.1f} GFLOP"
        rows.append([f"network `{name}`, one tile of 256 px ({size})", *times])
    times = [f"{peer[f'{way}_seconds']:.1f} s" for way in ("conceal", "reveal")]
    size = f"{peer['parameters'] / 1e6:.2f} M, {peer['conceal_flops'] / 1e9:.0f} GFLOP"
    rows.append([f"a peer of HiNet's size in the same run ({size})", *times])
    beside = [f"{1e3 * told[name]:.0f} ms" for name in ("mix_seconds", "rounding_seconds")]
    rows.append(["making the keyed mix of a tile", beside[0], beside[0]])
    rows.append(["shaped rounding of a tile", beside[1], "-"])
    for where in dict.fromkeys(one["size"] for one in told["processes"]):
        found = {one["command"]: one for one in told["processes"] if one["size"] == where}
        rows.append([f"whole command, {where}", *(spent(found[way]) for way in ways(found))])
    return table([f"{told['threads']} threads", "conceal", "reveal"], rows)


def ways(found: dict[str, Json]) -> list[str]:
    """Both directions, if they were measured."""
    return [way for way in ("conceal", "reveal") if way in found]


def spent(one: Json) -> str:
    """Wall time and peak memory of a process."""
    return f"{one['seconds']:.1f} s, {one['peak_bytes'] / 2**30:.1f} GiB"


@block("sealed-short")
def sealed_short(figures: Figures) -> str:
    """The sealed transport in three lines."""
    told = figures.result("sealed")["fidelity"]
    rows = []
    for row in told["rows"]:
        if row["embedding"].startswith("sealed, adaptive"):
            kind = row["embedding"].removeprefix("sealed, adaptive, ")
            name = f"`--stego-psnr {kind[:2]}`" if kind.endswith("dB") else f"`--quality {kind}`"
            rows.append([name, *sealed_cells(row, told["pairs"])])
    heads = ["sealed", "stego, dB", "revealed, dB (the lossy ones)", "exact"]
    return table(heads, rows)


@block("sealed")
def sealed(figures: Figures) -> str:
    """The sealed transport beside a codec with base-m digits."""
    told = figures.result("sealed")["fidelity"]
    rows = []
    for row in told["rows"]:
        times = [f"{row['hide_seconds']:.2f}", f"{row['reveal_seconds']:.3f}"]
        cells = [*sealed_cells(row, told["pairs"]), str(row.get("bytes", "-"))]
        rows.append([row["embedding"], *cells, *times])
    heads = ["embedding", "stego PSNR", "revealed PSNR, lossy ones", "lossless", "bytes"]
    return table([*heads, "hide, s", "reveal, s"], rows)


def sealed_cells(row: Json, pairs: int) -> list[str]:
    """Stego, revealed, how many are exact."""
    lossy = f"{row['revealed_psnr']:.2f}" if row.get("revealed_psnr") else "-"
    return [f"{row['stego_psnr']:.2f}", lossy, f"{row['lossless']} of {pairs}"]


@block("sealed-capacities")
def sealed_capacities(figures: Figures) -> str:
    """Bytes that fit."""
    told = figures.result("sealed")["capacities"]
    rows = [[noise, *map(str, found)] for noise, found in told["bytes"].items()]
    return table(["noise", *(f"{db} dB" for db in told["stego_psnr"])], rows)


@block("sealed-payloads")
def sealed_payloads(figures: Figures) -> str:
    """Random payloads and single changed samples."""
    told = figures.result("sealed")["payloads"]
    ecc = told["ecc"]
    revealed = ", ".join(f"{n} after {changed}" for changed, n in ecc["revealed"].items())
    return (
        f"{told['payloads']:,} payloads of 0 B to what fits, with all kinds of noise: "
        f"{told['back']:,} back bit-exact. {told['changes']:,} changes of one sample by 1 in "
        f"{told['stegos']} stegos: {told['damaged']} end as damaged (exit code 5), "
        f'{told["nothing_found"]} as "nothing for this reference" (6), {told["unnoticed"]} go '
        f"unnoticed. With `--ecc`, revealed of {ecc['stegos']} stegos: {revealed} changed samples; "
        "the others end as damaged."
    )


@block("sealed-speed")
def sealed_speed(figures: Figures) -> str:
    """Time and memory of the sealed transport."""
    told = figures.result("sealed")["speed"]
    rows = []
    for name, what in (("file", "a file of 1 MiB"), ("picture", "a picture of that size")):
        one = told[name]
        for way in ("conceal", "reveal"):
            cells = [f"{one[f'{way}_seconds']:.1f} s", one[f"{way}_memory"]]
            rows.append([f"{way} {what}, reference {told['size']}", *cells])
    low, high = told["unseal_256_seconds"]
    rows.append(["reveal in Python, 256 px, from the file", f"{low:.2f} to {high:.2f} s", "-"])
    return table([f"{told['cores']} cores, whole commands with Argon2id", "time", "memory"], rows)


@block("detectability")
def detectability(figures: Figures) -> str:
    """How often a detector errs, by payload and embedding."""
    told = figures.result("detectability")
    found = {(row["payload"], row["embedding"]): row for row in told["rows"]}
    kinds = list(dict.fromkeys(row["embedding"] for row in told["rows"]))
    sealed = [kind for kind in kinds if any(key == kind for p, key in found if p is not None)]
    rows = []
    for payload in dict.fromkeys(p for p, _ in found if p is not None):
        rows.append([f"{payload:g}", *(error_of(found.get((payload, kind))) for kind in sealed)])
    parts = [table(["bits a sample", *sealed], rows, 0)] if rows else []
    for kind in kinds:
        if kind not in sealed:
            parts.append(f"{kind}, a photograph in a photograph: {error_of(found[None, kind])}.")
    parts.append(
        f"{told['photographs']} photographs, L = {told['learners']}, d_sub = {told['subspace']}."
    )
    return "\n\n".join(parts)


def error_of(row: Json | None) -> str:
    """P_E with its deviation over the folds, and the stego's PSNR."""
    if row is None:
        return "-"
    return f"{fmean(row['folds']):.3f} ± {pstdev(row['folds']):.3f} ({row['stego_psnr']:.1f})"
