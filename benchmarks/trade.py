"""What hiding change where the reference is busy costs and buys.

    python benchmarks/trade.py FOLDER... [--limit N] [--detector] [--json FILE]

Each row is preset `base` with another strength map (docs/method.md), all else, weights included,
being equal. Pairs are those of `sshr evaluate`, 256 px centre crops; stegos go through noise-shaped
rounding to 8 bits, without a header, which all rows would pay alike. Figures are means over all
pairs: PSNR and SSIM of 8-bit RGB, LPIPS and NIQE of the stego, and with `--detector` (needs
sealwatch) how often a detector errs that knows photographs and stegos: P_E with its standard
deviation over five folds.
"""

import argparse
import copy
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from detectability import Detector

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.niqe import niqe
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.metrics import psnr, ssim
from sshr.network.config import StrengthConfig
from sshr.transports.analog.engine import Engine, no_step
from sshr.types import Rgb8
from sshr.zoo.registry import load_model

SIZE = 256
ROWS = ((0.0, 10.0), (60.0, 10.0), (300.0, 10.0), (1000.0, 10.0), (1000.0, 3.0), (3000.0, 3.0))
"""Contrast and floor of `StrengthConfig`."""


def engine_with(contrast: float, floor: float) -> Engine:
    """Preset `base` with this strength map."""
    loaded = load_model("base", "cpu")
    net = copy.deepcopy(loaded.net)
    net.body.strength.config = StrengthConfig(contrast, floor)
    return Engine(dataclasses.replace(loaded, net=net))


def measured(engine: Engine, secret: Rgb8, reference: Rgb8, seed: int) -> tuple[Rgb8, Rgb8]:
    """Stego and revealed picture of one pair."""
    session = Session(np.random.default_rng(seed).bytes(KEY_BYTES))
    k_sym = engine.rsrk_symmetric(engine.rsrk_public(secret), reference)
    made = engine.conceal(secret, reference, k_sym, session, no_step)
    stego = made.rounder.round()
    return stego, engine.reveal(stego, reference, k_sym, made.scales, session, no_step)


def row(
    strength: tuple[float, float],
    pairs: Sequence[tuple[Rgb8, Rgb8]],
    lpips: Lpips,
    detector: Detector | None = None,
) -> dict[str, Any]:
    """One line of the table.

    Args:
        strength: contrast and floor.
        pairs: secrets and references.
        detector: one that knows the references.
    """
    engine, found, stegos = engine_with(*strength), [], []
    for seed, (secret, reference) in enumerate(pairs):
        stego, revealed = measured(engine, secret, reference, seed)
        stegos.append(stego)
        found.append(
            {
                "stego_psnr": psnr(stego, reference),
                "stego_ssim": ssim(stego, reference),
                "revealed_psnr": psnr(revealed, secret),
                "revealed_ssim": ssim(revealed, secret),
                "lpips": lpips(stego, reference),
                "niqe": niqe(stego),
            }
        )
    line: dict[str, Any] = {"contrast": strength[0], "floor": strength[1], "pairs": len(pairs)}
    line |= {name: fmean(one[name] for one in found) for name in found[0]}
    line["sum"] = line["stego_psnr"] + line["revealed_psnr"]
    if detector is not None:
        folds = detector.row("analog", None, stegos).folds
        line |= {"p_e": fmean(folds), "p_e_spread": pstdev(folds)}
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="pairs of each folder")
    parser.add_argument("--detector", action="store_true", help="P_E too (needs sealwatch)")
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    pairs = [
        (centre_crop(read_image(secret).rgb, SIZE), centre_crop(read_image(reference).rgb, SIZE))
        for folder in arguments.folders
        for secret, reference in fixed_pairs(folder)[: arguments.limit]
    ]
    detector = Detector([shared for _, shared in pairs]) if arguments.detector else None
    lpips, rows = Lpips(), []
    names = ("stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim", "sum", "lpips", "niqe")
    print("| contrast | floor | " + " | ".join(names) + " | P_E |\n" + "|---" * 10 + "|")
    for strength in ROWS:
        rows.append(row(strength, pairs, lpips, detector))
        cells = [f"{rows[-1][name]:.4f}" for name in names]
        errs = "-"
        if detector is not None:
            errs = f"{rows[-1]['p_e']:.3f} ± {rows[-1]['p_e_spread']:.3f}"
        print(f"| {strength[0]:g} | {strength[1]:g} | {' | '.join(cells)} | {errs} |", flush=True)
    if arguments.json:
        told = {
            "folders": [folder.name for folder in arguments.folders],
            "checkpoint": load_model("base", "cpu").digest[:8].hex(),
            "rows": rows,
        }
        arguments.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
