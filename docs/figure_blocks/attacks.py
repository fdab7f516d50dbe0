"""What wrong keys and attackers get."""

from figure_blocks.base import Figures, Json, block, table

SHORT = ("right", "another's", "public key", "zeros")
"""Keys that the method's page shows; the page on security shows all."""

RIGHT, KEY = "everything right", "k_sym: "
WORDS = {"right": "the right one", "another's": "another pair's", "public key": "k_pub_s"}


def attacked(figures: Figures, preset: str) -> Json:
    """All attacks on a preset, on Kodak's pairs."""
    return figures.report("kodak24")["attacks"][preset]


def where(figures: Figures, preset: str) -> str:
    """The preset, its weights and the pairs."""
    told = figures.report("kodak24")
    pairs = f"{told['attacks'][preset]['pairs']} pairs of {told['run']['size']}"
    return f"`{preset}` ({figures.checkpoint(preset)}), {told['run']['data']}, {pairs}"


def key_table(found: Json, keys: tuple[str, ...] | None = None) -> str:
    """A line for each key in the place of k_sym, or for these."""
    rows = []
    for row in found["rows"]:
        key = "right" if row["attack"] == RIGHT else row["attack"].removeprefix(KEY)
        if (row["attack"] != RIGHT and key == row["attack"]) or "search" in row:
            continue
        if keys is None or key in keys:
            over = {flat: row["psnr"] - row[f"{flat}_psnr"] for flat in ("grey", "colour")}
            rows.append(
                [
                    WORDS.get(key, key),
                    f"{row['psnr']:.2f}",
                    *(f"{dB:+.2f} ({row[f'worst_over_{flat}']:+.2f})" for flat, dB in over.items()),
                    f"{row['ssim']:.3f} ({row['grey_ssim']:.3f})",
                ]
            )
    heads = ["k_sym", "revealed, dB", "over the mean grey (worst)", "over the mean colour (worst)"]
    return table([*heads, "SSIM (grey's)"], rows)


def alike(found: Json) -> str:
    """How alike the keys of a set's pairs are."""
    cosines = found["cosines"]
    return (
        f"cosine of the k_sym of different pairs {cosines['mean_absolute']:.3f} in size on "
        f"average, {cosines['max_absolute']:.3f} at most"
    )


@block("keys")
def keys(figures: Figures) -> str:
    """What a few keys reveal, and how alike the keys of different pairs are."""
    found = attacked(figures, "paper")
    return f"{key_table(found, SHORT)}\n\n{where(figures, 'paper')}; {alike(found)}."


@block("keys-security")
def keys_security(figures: Figures) -> str:
    """The same for all keys and presets."""
    parts = []
    for preset in ("paper", "base"):
        found = attacked(figures, preset)
        parts += [f"Preset {where(figures, preset)}; {alike(found)}:", key_table(found)]
    parts.append(
        "In each row all else is the receiver's, under `base` the session key too. PSNR in dB to "
        "the secret; its own mean grey or mean colour is the best picture without content."
    )
    return "\n\n".join(parts)


@block("attacks-base")
def attacks_base(figures: Figures) -> str:
    """What attackers get who lack a key or the reference."""
    return "\n\n".join(attack_table(figures, preset) for preset in ("base", "paper"))


def attack_table(figures: Figures, preset: str) -> str:
    """One network under all attacks."""
    found, rows = attacked(figures, preset), []
    for row in found["rows"]:
        mark = " *" if row["kind"] == "holds the session key" else ""
        rows.append(
            [
                row["attack"] + mark,
                *(f"{row[key]:.2f}" for key in ("psnr", "grey_psnr")),
                f"{row['worst_over_grey']:+.2f}",
                *(f"{row[key]:.3f}" for key in ("ssim", "grey_ssim")),
                str(row["pairs_shown"]),
                " / ".join(map(str, row["picks"].values())) if "picks" in row else "-",
            ]
        )
    heads = ["attack", "PSNR", "mean grey's", "worst over grey", "SSIM", "grey's SSIM", "shown"]
    features = " / ".join(found["rows"][0]["picks"])
    counts = ", ".join(f"{name} {count}" for name, count in found["residual_picks"].items())
    parts = [
        f"Preset {where(figures, preset)}:",
        table([*heads, f"right picks: {features}"], rows),
        "Shown: pairs of which the attack's picture is better than the flat grey. `stego - "
        f"reference` without a key, right picks of {found['pairs']}: {counts}.",
    ]
    return "\n\n".join(parts)
