"""How often robust stegos are told from photographs; what other sizes, levels and settings give."""

from figure_blocks.base import Figures, block, table
from figure_blocks.use import error_of


@block("robust-detectability")
def robust_detectability(figures: Figures) -> str:
    """How often a detector errs, and one number that nobody has trained."""
    told = figures.result("robust-detectability")
    rows = [
        [
            f"`--survive {row['design']} --stego-psnr {row['level']:g}`",
            error_of(row),
            *(f"{row[f'edges_{side}']:.2f}" for side in (8, 16)),
        ]
        for row in told["rows"]
    ]
    heads = ["stegos", told["detector"].upper(), "edges of 8x8 blocks", "of 16x16"]
    return f"{table(heads, rows)}\n\nP_E, {told['photographs']} photographs of 256 px."


@block("robust-full-size")
def robust_full_size(figures: Figures) -> str:
    """Whole photographs, and what they carry for each pixel."""
    run, part = figures.result("robust-full-size"), figures.result("robust-messenger-off")
    whole = run["bytes"] / (768 * 512)
    share = part["bytes"] / part["crop"] ** 2
    told = "; ".join(
        f"`{name}` {one['psnr']:.2f} dB ({one['came']} of {one['pairs']})"
        for name, one in run["channels"].items()
    )
    return (
        f"Whole photographs of {run['folder']}, 768x512, `--survive {run['survive']} --analog "
        f"{run['analog']}`: {told}; {run['bytes']:.0f} bytes in stegos of "
        f"{run['stego_psnr_mean']:.2f} dB, {whole:.4f} a pixel; their middles of {part['crop']} px "
        f"carry {share:.4f}."
    )


@block("robust-loud")
def robust_loud(figures: Figures) -> str:
    """Louder stegos."""
    told = []
    for loud, quiet in (
        ("robust-loud-auto", "robust-messenger-auto"),
        ("robust-loud", "robust-messenger-off"),
    ):
        run, before = figures.result(loud), figures.result(quiet)
        gains = "; ".join(
            f"`{name}` {one['psnr']:.2f} dB, {one['psnr'] - before['channels'][name]['psnr']:.2f} "
            "more"
            for name, one in run["channels"].items()
        )
        told.append(
            f"`--stego-psnr {run['stego_psnr']:g}`, `--analog {run['analog']}`, as in the table: "
            f"{gains} than at {before['stego_psnr']:g} dB; {run['bytes']:.0f} bytes instead of "
            f"{before['bytes']:.0f}."
        )
    return "\n\n".join(told)


@block("robust-choices")
def robust_choices(figures: Figures) -> str:
    """Values that were tried on training photographs."""
    told = figures.result("robust-choices")
    settings = {"harsh": "liveliness", "second": "aims", "loud": "aims at 38 dB", "rate": "rate"}
    rows = [
        [
            settings[group],
            f"`{row['value']}`",
            f"{row['revealed']:.2f}",
            f"{row['visible']:.2f}",
            f"{row['bytes']:.0f}",
            str(row["lost"] + row["refused"]),
        ]
        for group in settings
        for row in told[group]
    ]
    times = {row["value"]: row for row in told["time"]}
    coder = "; ".join(
        f"{row['value']}: {row['psnr_220']:.2f} and {row['psnr_1400']:.2f} dB"
        + (f", {times[row['value']]['seconds']:.1f} s" if row["value"] in times else "")
        for row in told["coder"]
    )
    chroma = "; ".join(
        f"{row['value']}: {row['psnr_220']:.2f} and {row['psnr_1400']:.2f} dB"
        for row in told["chroma"]
    )
    deringing = " and ".join(
        f"{row['psnr_220']:.2f} and {row['psnr_1400']:.2f} dB {word} its filter against ringing"
        for word, row in zip(("without", "with"), told["deringing"], strict=True)
    )
    heads = ["setting", "value", "revealed, dB", "visible", "bytes", "lost or refused"]
    return (
        f"{table(heads, rows)}\n\n{told['pairs']} pairs of training photographs, 256 px, "
        "`--analog off`. Speed of the coder, PSNR of a secret in 220 and in 1400 bytes, processor "
        f"time of a conceal with the network: {coder}. Sampling of its chroma: {chroma}; "
        f"{deringing}."
    )
