"""The paper's rivals: how they were trained, what they cost, and all systems on the same pairs."""

from figure_blocks.base import Figures, Json, block, table

REPORT = "kodak24-rivals"
SYSTEMS = {
    "lsb:4": "LSB substitution, 4 bits",
    "lsb-matching": "LSB matching revisited",
    "hidden": "HiDDeN, whole pictures",
    "baluja": "Baluja",
    "weng": "Weng et al.",
    "udh": "UDH",
    "isn": "ISN (from its description)",
    "hinet": "HiNet",
    "CRoSS": "CRoSS",
    "DiffStega": "DiffStega",
}
"""The paper's peers, as `sshr evaluate --method` calls them."""

ABSENT = {
    "CRoSS": "weights needed: Stable Diffusion 1.5, `--method cross:FOLDER`",
    "DiffStega": "weights needed: the same and IP-Adapter-Plus, `--method diffstega:FOLDER`",
}
UNTRAINED = "not trained on this budget yet: `sshr train --recipe rivals/{}`"
UNMEASURED = "trained on this budget, its scores not measured yet"
OURS = ("paper", "base")
HEADS = ["png: stego PSNR / SSIM", "png: revealed PSNR / SSIM", "sum, dB"]
HEADS += ["float: revealed PSNR", "jpeg:75: revealed PSNR"]
LONGER = "-long"
"""What recipes on more than the common budget end with."""


@block("rivals-systems")
def systems(figures: Figures) -> str:
    """Every system of the paper's tables: measured, or why not."""
    told = figures.result(REPORT)
    found = {one["name"]: one for one in told["methods"]}
    for name in OURS:
        figures.measured(REPORT, name, found[name]["identity"])
    trained = [run["recipe"] for run in budgeted(figures)]
    others = [name for name in found if name not in SYSTEMS and name not in OURS]
    rows = []
    for name, called in SYSTEMS.items():
        own = [one.replace("-", ":") for one in trained if one.startswith(f"{name}-")]
        versions = [name, *(one for one in others if one.startswith(f"{name}:"))]
        versions += [one for one in own if one not in versions]
        versions = [one for one in versions if not one.endswith(longer(""))]
        for version in versions:
            label = f"{called}, `{version}`" if version != name else f"{called}, `{name}`"
            if version in found:
                rows.append([label, *_cells(found[version])])
            else:
                recipe = version.replace(":", "-")
                untold = UNMEASURED if recipe in trained else UNTRAINED.format(recipe)
                why = ABSENT.get(version, untold)
                rows.append([called if name in ABSENT else label, why, *[""] * 4])
    for name in [one for one in others if one.startswith("paper")]:
        rows.append(["SSHR, recipe `rivals/paper`", *_cells(found[name])])
    for name in OURS:
        rows.append([f"SSHR, preset `{name}`", *_cells(found[name])])
    return f"kodak24, {told['run']['pairs']} pairs of 256 px:\n\n{table(['system', *HEADS], rows)}"


def budgeted(figures: Figures) -> list[Json]:
    """The runs on the common budget."""
    runs = figures.result("rivals")["runs"]
    return [run for run in runs if not run["recipe"].endswith(LONGER)]


def longer(system: str) -> str:
    """What `sshr evaluate` calls the version that was trained longer."""
    return system + LONGER.replace("-", ":")


@block("rivals-longer")
def more_training(figures: Figures) -> str:
    """Recipes with more steps beside those on the budget."""
    runs = {run["recipe"]: run for run in figures.result("rivals")["runs"]}
    found = {one["name"]: one for one in figures.result(REPORT)["methods"]}
    rows = []
    for long in (name for name in runs if name.endswith(LONGER)):
        system = long.removesuffix(LONGER)
        for recipe, method in ((system, system), (long, longer(system))):
            run = runs[recipe]
            cells = [str(run["steps"]), f"{run['cpu_minutes']:.1f}", *_cells(found[method])]
            rows.append([f"{SYSTEMS[system]}, `{method}`", *cells, f"`{run['digest'][:16]}`"])
    heads = ["system", "steps", "processor minutes", *HEADS, "weights"]
    return table(heads, rows)


def _cells(entry: Json) -> list[str]:
    clean = entry["channels"]["png"]
    roles = [clean["stego"], clean["revealed"]]
    cells = [f"{role['psnr']['mean']:.2f} / {role['ssim']['mean']:.4f}" for role in roles]
    cells.append(f"{clean['sum']['mean']:.2f}")
    for channel in ("float", "jpeg:75"):
        revealed = entry["channels"][channel].get("revealed")
        cells.append(f"{revealed['psnr']['mean']:.2f}" if revealed else "nothing")
    return cells


@block("rivals-training")
def training(figures: Figures) -> str:
    """The runs."""
    rows = []
    for run in budgeted(figures):
        size = f"{run['pairs']} x {run['crop']} px"
        steps = f"{run['steps']} of {run['planned']}"
        trouble = f"{run['skipped']}, {run['rollbacks']}"
        weights = f"`{run['digest'][:16]}`, {run['bytes'] / 1e6:.1f} MB"
        line = [f"`{run['recipe']}`", run["channel"], size, steps, f"{run['cpu_minutes']:.1f}"]
        rows.append([*line, trouble, weights])
    heads = ["recipe", "channel", "pairs a step", "steps", "processor minutes"]
    return table([*heads, "skipped, rolled back", "weights"], rows, words=2)


@block("rivals-speed")
def speed(figures: Figures) -> str:
    """Time and memory of one pair."""
    found = {one["name"]: one for one in figures.result("rivals")["networks"]}
    rows = []
    for name, one in found.items():
        times = [f"{one[f'{way}_seconds']:.2f}" for way in ("conceal", "reveal")]
        rows.append([f"`{name}`", *times, f"{one['peak_bytes'] / 2**20:.0f}"])
    heads = ["network", "conceal, s", "reveal, s", "peak memory, MiB"]
    slower = {
        name: min(
            found["hinet"][f"{way}_seconds"] / found[name][f"{way}_seconds"]
            for way in ("conceal", "reveal")
        )
        for name in OURS
    }
    told = ", ".join(f"`{name}` {times:.0f}" for name, times in slower.items())
    return f"{table(heads, rows)}\n\nHiNet takes at least so many times as long as: {told}."
