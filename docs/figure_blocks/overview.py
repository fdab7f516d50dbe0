"""What README says first: what survives, what is found, what the paper's parts are worth."""

from statistics import fmean

from figure_blocks.base import Figures, Json, MissingError, block, table
from figure_blocks.ladder import first_ladder, rung

CHANNELS = {
    "png": "an untouched copy",
    "jpeg:75": "JPEG 75, as from messengers",
    "webp:80": "WebP 80",
    "small:0.5": "half the size",
    "small:0.5+jpeg:75": "half the size, then JPEG 75",
    "noise": "with noise",
    "blur": "blurred",
}
ROBUST = ("robust-messenger-auto", "robust-harsh-off")
NOTHING = "nothing"


@block("survives")
def survives(figures: Figures) -> str:
    """A row for each thing that may happen, a column for each transport."""
    told = figures.result("kodak24-base")
    (base,) = (one["channels"] for one in told["methods"] if one["name"] == "base")
    sealed = next(
        row
        for row in figures.result("sealed")["fidelity"]["rows"]
        if row["embedding"] == "sealed, adaptive, 41 dB"
    )
    runs = [figures.result(name) for name in ROBUST]
    rows = []
    for channel, words in CHANNELS.items():
        if channel == "png":
            some = f"{sealed['lossless']} of {figures.result('sealed')['fidelity']['pairs']}"
            exact = f"exact ({some}), else {sealed['revealed_psnr']:.1f} dB"
            own = [f"{base['png']['revealed']['psnr']['mean']:.1f} dB", exact]
        else:
            refuse_survivors(base, channel)
            own = [NOTHING, NOTHING]
        rows.append([words, *own, *(came(run["channels"][channel]) for run in runs)])
    heads = ["what arrives", "`analog`", "`sealed`", "`robust`", "`robust --survive harsh`"]
    pairs, crop = runs[0]["channels"]["png"]["pairs"], runs[0]["crop"]
    note = (
        f"What is revealed of a photograph: PSNR to the secret, means of {pairs} pairs of {crop} "
        "px (kodak24), from stegos of about 41 dB. Files and texts come back exactly or not at "
        "all, by `sealed`, short ones by `robust`."
    )
    return f"{table(heads, rows)}\n\n{note}"


def refuse_survivors(channels: Json, name: str) -> None:
    """The table says that nothing of an analog stego survives; where it was measured, so it is."""
    if name in channels and "0" in channels[name]["outcomes"]:
        raise MissingError(f"analog stegos survive {name}, which the block denies")


def came(found: Json) -> str:
    """The PSNR, and of how many pairs where not all came."""
    if not found["came"]:
        return NOTHING
    some = "" if found["came"] == found["pairs"] else f" ({found['came']} of {found['pairs']})"
    return f"{found['psnr']:.1f} dB{some}"


@block("found")
def found(figures: Figures) -> str:
    """How often a detector is wrong about stegos of both lossless transports."""
    rows = figures.result("detectability")["rows"]
    (analog,) = (row for row in rows if row["embedding"].startswith("analog"))
    quiet = [row for row in rows if row["embedding"] == "sealed, adaptive"]
    loud = fmean(analog["folds"])
    errors = ", ".join(f"{fmean(row['folds']):.2f}" for row in quiet)
    bits = ", ".join(f"{row['payload']:g}" for row in quiet)
    strong = figures.result("protocols-xunet")
    row = strong["rows"][0]
    (leaked,), twins, elsewhere = row["leaked"], row["twins"], row["elsewhere"]
    return (
        "Without the reference a stego can be noticed too. How often a simple detector (SPAM) that "
        "has learned from this program's own stegos is wrong (0.5 is guessing): a photograph in a "
        f"photograph {loud:.2f}; `sealed` {errors} at {bits} bits a sample. A network (XuNet) that "
        f"has learned from {leaked['pairs']} stegos beside their own references finds nearly all "
        f"at {strong['payload']:g} bit a sample ({leaked['p_e']:.2f}), and so does one that has "
        f"learned from another program's changes, in photographs of the same kind "
        f"({elsewhere['p_e']:.2f}). It cannot tell a stego from another photograph in as much "
        f"noise ({twins['p_e']:.2f}; [more](docs/sealed.md#detectors))."
    )


PAPER = [
    ("exact.bank", 0),
    ("exact.bank", -1),
    ("exact.companding", -1),
    ("exact.strength", -1),
    ("exact.angle", -1),
]
"""Rungs that are parts of the paper, beside its coupling: entry, and which of several rungs."""


def gain(figures: Figures, *entries: tuple[str, int]) -> float:
    """What these rungs add to the sum together, dB."""
    pairs = [rung(figures, name, which) for name, which in entries]
    return sum(after["total"] - before["total"] for before, after in pairs)


@block("worth-short")
def worth_short(figures: Figures) -> str:
    """The same in one paragraph."""
    rungs = first_ladder(figures)["rungs"]
    start, end = (rungs[i]["channels"]["png"]["total"] for i in (0, -1))
    parts = gain(figures, *PAPER)
    return (
        f"Of the {end:.1f} dB that preset `base` reaches (stego + revealed PSNR, through files), "
        f"the paper's coupling gives {start:.1f} and its other parts {parts:+.1f}; what is not the "
        f"paper's gives {end - start - parts:+.1f}. CIGM, the 63 RBFs and the Transformer block "
        f"are not used, and the RSRK keys ({gain(figures, PAPER[-1]):+.2f}) protect nothing "
        "([part by part](#what-the-papers-parts-are-worth))."
    )


@block("worth")
def worth(figures: Figures) -> str:
    """The rungs of the ladder, gathered into the paper's parts and ours."""
    rungs = first_ladder(figures)["rungs"]

    def adds(*entries: tuple[str, int]) -> str:
        return f"{gain(figures, *entries):+.2f}"

    flat, mapped = rung(figures, "exact.strength")
    ssim = f"{mapped['stego_ssim'] - flat['stego_ssim']:+.4f}"
    start, before_header, end = (rungs[i]["channels"]["png"]["total"] for i in (0, -2, -1))
    loudness = [(f"exact.{name}", -1) for name in ("payload", "headroom", "equal")]
    rows = [
        ["coupled steps, exact reveal (eq. 12-14)", "paper", f"{start:.2f}"],
        [
            "diffusion term, linear: bank of blocks, then of frequencies",
            "paper, read anew",
            adds(("exact.bank", 0), ("exact.bank", -1)),
        ],
        ["its nonlinear part and Re-FFN: companding", "paper", adds(("exact.companding", -1))],
        [f"reaction term: where to change (SSIM {ssim})", "paper", adds(("exact.strength", -1))],
        ["RSRK keys in the bank", "paper", adds(("exact.angle", -1))],
        ["CIGM, 63 RBFs, Transformer block", "paper", "not used"],
        ["payload, colours, headroom", "ours", adds(*loudness, ("colour", -1))],
        [
            "rounding that shapes its noise, and carriers for it",
            "ours",
            adds(("exact.shaping", -1), ("exact.ranked", -1)),
        ],
        ["keyed mix: what protects the secret", "ours", adds(("exact.mixed", -1))],
        ["header, its seal and tags", "ours", f"{end - before_header:+.2f}"],
        ["**`base` as used**", "", f"**{end:.2f}**"],
    ]
    one = first_ladder(figures)
    note = f"Stego + revealed PSNR, dB, through files; {one['folder']}, {one['pairs']} pairs."
    return f"{table(['part', 'whose', 'worth'], rows, 2)}\n\n{note}"
