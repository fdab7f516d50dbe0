"""What wrong keys and attackers get."""

from figure_blocks.base import Figures, Json, block, table

SHORT = ("right", "another's", "public key", "zeros")
"""Keys that the method's page shows; the page on security shows all."""

WORDS = {"right": "the right one", "another's": "another pair's", "public key": "k_pub_s"}


def key_rows(found: Json, keys: tuple[str, ...] | None = None) -> list[list[str]]:
    """A line for each key in the place of k_sym, or for these."""
    return [
        [
            WORDS.get(row["key"], row["key"]),
            f"{row['psnr']:.2f}",
            f"{row['over_grey']['mean']:+.2f} ({row['over_grey']['worst']:+.2f})",
            f"{row['over_colour']['mean']:+.2f} ({row['over_colour']['worst']:+.2f})",
            f"{row['ssim']:.3f} ({row['grey_ssim']:.3f})",
        ]
        for row in found["rows"]
        if keys is None or row["key"] in keys
    ]


def key_table(found: Json, keys: tuple[str, ...] | None = None) -> str:
    """Rows and their heads."""
    heads = ["k_sym", "revealed, dB", "over the mean grey (worst)", "over the mean colour (worst)"]
    return table([*heads, "SSIM (grey's)"], key_rows(found, keys))


def alike(found: Json) -> str:
    """How alike the keys of a set's pairs are."""
    cosines = found["cosines"]
    return (
        f"cosine of the k_sym of different pairs {cosines['mean_absolute']:.3f} in size on "
        f"average, {cosines['max_absolute']:.3f} at most"
    )


def tried(figures: Figures) -> list[Json]:
    """What wrong keys reveal, by preset and set."""
    told = figures.result("keys")["results"]
    for one in told:
        figures.measured("keys", one["preset"], one["checkpoint"])
    return list(told)


@block("keys")
def keys(figures: Figures) -> str:
    """What a few keys reveal, and how alike the keys of different pairs are."""
    found = tried(figures)[0]
    where = f"`{found['preset']}`, {found['folder']}, {found['pairs']} pairs"
    return f"{key_table(found, SHORT)}\n\n{where}; {alike(found)}."


@block("keys-security")
def keys_security(figures: Figures) -> str:
    """The same for all keys and presets."""
    parts = []
    for found in tried(figures):
        where = f"Preset `{found['preset']}` ({found['checkpoint']}), {found['folder']}, "
        parts += [f"{where}{found['pairs']} pairs; {alike(found)}:", key_table(found)]
    parts.append(
        "In each row all else is the receiver's, under `base` the session key too. PSNR in dB to "
        "the secret; its own mean grey or mean colour is the best picture without content."
    )
    return "\n\n".join(parts)


@block("attacks-base")
def attacks_base(figures: Figures) -> str:
    """What attackers get who lack a key or the reference."""
    told = figures.result("attacks-base")
    for one in told:
        figures.measured("attacks-base", one["preset"], one["checkpoint"])
    return "\n\n".join(attacked(one) for one in told)


def attacked(one: Json) -> str:
    """One network under all attacks."""
    rows = []
    for row in one["rows"]:
        mark = " *" if row["kind"] == "holds the session key" else ""
        picks = " / ".join(str(count) for count in row["picks"].values())
        rows.append(
            [
                row["attack"] + mark,
                *(f"{row[key]:.2f}" for key in ("psnr", "grey_psnr")),
                f"{row['worst_over_grey']:+.2f}",
                *(f"{row[key]:.3f}" for key in ("ssim", "grey_ssim")),
                str(row["pairs_shown"]),
                picks,
            ]
        )
    heads = ["attack", "PSNR", "mean grey's", "worst over grey", "SSIM", "grey's SSIM", "shown"]
    features = " / ".join(one["rows"][0]["picks"])
    size = f"{one['pairs']} pairs of {one['crop']} px, stego {one['stego_psnr']:.2f} dB"
    parts = [
        f"Preset `{one['preset']}` ({one['checkpoint']}), {size}:",
        table([*heads, f"right picks: {features}"], rows),
        "Shown: pairs of which the attack's picture is better than the flat grey. "
        + " ".join(matched(found) for found in one["matching"]),
    ]
    return "\n\n".join(parts)


def matched(found: Json) -> str:
    """How often the holder of the reference names the secret without a key."""
    counts = ", ".join(f"{name} {count}" for name, count in found["picks"].items())
    return f"`stego - reference` without a key, right picks of {found['candidates']}: {counts}."
