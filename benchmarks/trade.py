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
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.session import Session
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.metrics import psnr, ssim
from sshr.evaluation.niqe import niqe
from sshr.evaluation.pairs import centre_crop, fixed_pairs
from sshr.imaging.reading import read_image
from sshr.network.config import StrengthConfig
from sshr.network.exact import ExactSteps
from sshr.pipeline.engine import Engine, no_step
from sshr.zoo.registry import load_model

Rgb8 = NDArray[np.uint8]
SIZE = 256
ROWS = ((0.0, 10.0), (100.0, 10.0), (300.0, 10.0), (1000.0, 10.0), (1000.0, 3.0), (3000.0, 3.0))
"""Contrast and floor of `StrengthConfig`."""


def engine_with(contrast: float, floor: float) -> Engine:
    """Preset `base` with this strength map."""
    loaded = load_model("base", "cpu")
    net = copy.deepcopy(loaded.net)
    assert isinstance(net.body, ExactSteps)
    net.body.strength.config = StrengthConfig(contrast, floor)
    return Engine(dataclasses.replace(loaded, net=net))


def measured(engine: Engine, secret: Rgb8, reference: Rgb8, seed: int) -> tuple[Rgb8, Rgb8]:
    """Stego and revealed picture of one pair."""
    session = Session(np.random.default_rng(seed).bytes(32))
    k_sym = engine.symmetric_key(engine.public_key(secret), reference)
    made = engine.conceal(secret, reference, k_sym, session, no_step)
    stego = made.rounder.round()
    return stego, engine.reveal(stego, reference, k_sym, made.scales, session, no_step)


def row(
    strength: tuple[float, float], pairs: list[tuple[Rgb8, Rgb8]], lpips: Lpips, plain: Any
) -> dict[str, Any]:
    """One line of the table."""
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
    line |= {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    line["sum"] = line["stego_psnr"] + line["revealed_psnr"]
    if plain is not None:
        from benchmarks.detectability import errors, features

        folds = errors(plain, np.stack([features(stego) for stego in stegos]))
        line |= {"p_e": float(np.mean(folds)), "p_e_spread": float(np.std(folds))}
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="pairs of each folder")
    parser.add_argument("--detector", action="store_true", help="P_E too (needs sealwatch)")
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    paths = [pair for folder in arguments.folders for pair in fixed_pairs(folder)[:
    arguments.limit]] pairs = [
        (centre_crop(read_image(s).rgb, SIZE), centre_crop(read_image(r).rgb, SIZE))
        for s, r in paths
    ]
    plain = None
    if arguments.detector:
        from benchmarks.detectability import features

        plain = np.stack([features(reference) for _, reference in pairs])
    lpips, rows = Lpips(), []
    names = ("stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim", "sum", "lpips", "niqe")
    print("| contrast | floor | " + " | ".join(names) + " | P_E |\n" + "|---" * 10 + "|")
    for strength in ROWS:
        rows.append(row(strength, pairs, lpips, plain))
        cells = [f"{rows[-1][name]:.4f}" for name in names]
        errs = "-" if plain is None else f"{rows[-1]['p_e']:.3f} ± {rows[-1]['p_e_spread']:.3f}"
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
