"""How well a detector without the reference tells stegos from photographs, at equal payloads.

    python benchmarks/detectability.py FOLDER... [--payload BITS...] [--limit N] [--analog]

Needs `pip install sealwatch torchvision h5py pandas`. Stegos are 256 px centre crops
that carry so many random bits a sample: sealed with each kind of noise, and base-m digits
(ternary; 8 values from 1.58 bits on) in as many random samples as that takes. With `--analog` also
those of the analog transport (preset `base`), each with the next photograph as its secret.
SPAM features of the three channels are averaged (686);
sealwatch's ensemble of Fisher discriminants has fixed L and d_sub. 5 folds by photograph: a pair is
trained or tested as a whole. Printed: P_E, the mean of false alarms and misses, and its standard
deviation over the folds; 0.5 is a detector that guesses.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sealwatch
from numpy.typing import NDArray

import sshr
from sshr.evaluation.metrics import psnr
from sshr.evaluation.pairs import centre_crop
from sshr.imaging.reading import read_image

Rgb8 = NDArray[np.uint8]
Features = NDArray[np.float64]
Embed = Callable[[Rgb8, float, int], Rgb8]
SIZE, FOLDS = 256, 5
LEARNERS, SUBSPACE = 51, 100


def sealed(noise: str) -> Embed:
    def embed(cover: Rgb8, payload: float, seed: int) -> Rgb8:
        data = np.random.default_rng(seed).bytes(int(payload * cover.size) // 8)
        return sshr.seal(sshr.Blob(data), cover, sshr.Keys(), noise=noise).image

    return embed


def base_m(cover: Rgb8, payload: float, seed: int) -> Rgb8:
    base = 3 if payload <= np.log2(3) else 8
    rng = np.random.default_rng(seed)
    low = np.clip(cover.astype(int) - base // 2, 0, 256 - base)
    digits = rng.integers(0, base, cover.shape)
    used = rng.random(cover.shape) < payload / np.log2(base)
    return np.where(used, low + (digits - low) % base, cover).astype(np.uint8)


def features(picture: Rgb8) -> Features:
    found = [
        np.concatenate([np.ravel(part) for part in sealwatch.spam.extract(plane).values()])
        for plane in (np.ascontiguousarray(picture[..., c]) for c in range(3))
    ]
    return np.mean(found, axis=0)


def errors(covers: Features, stegos: Features) -> list[float]:
    """P_E of each fold."""
    fold = np.random.default_rng(0).permutation(len(covers)) % FOLDS
    found = []
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        trainer = sealwatch.ensemble_classifier.FldEnsembleTrainer(
            covers[train], stegos[train], seed=1, L=LEARNERS, d_sub=SUBSPACE, verbose=0
        )
        detector = trainer.train()[0]
        alarms = (detector.predict(covers[test]) > 0).mean()
        misses = (detector.predict(stegos[test]) < 0).mean()
        found.append(float(alarms + misses) / 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--payload", nargs="*", type=float, default=[0.1, 0.4, 1.0, 3.0])
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--analog", action="store_true", help="the analog transport too")
    arguments = parser.parse_args()
    covers = []
    for folder in arguments.folders:
        paths = sorted(each for each in folder.iterdir() if each.suffix in (".png", ".jpg"))
        covers += [centre_crop(read_image(path).rgb, SIZE) for path in paths[: arguments.limit]]
    plain = np.stack([features(cover) for cover in covers])
    print(f"{len(covers)} photographs, SPAM, L = {LEARNERS}, d_sub = {SUBSPACE}, {FOLDS} folds\n")
    print("| bits a sample | embedding | stego PSNR | P_E |")
    print("|---|---|---|---|")
    ways: dict[str, Embed] = {"base-m": base_m}
    ways |= {f"sealed, {noise}": sealed(noise) for noise in ("uniform", "texture", "adaptive")}

    def row(payload: str, name: str, stegos: list[Rgb8]) -> None:
        loud = np.mean([psnr(*pair) for pair in zip(stegos, covers, strict=True)])
        folds = errors(plain, np.stack([features(stego) for stego in stegos]))
        wrong = f"{np.mean(folds):.3f} ± {np.std(folds):.3f}"
        print(f"| {payload} | {name} | {loud:.1f} | {wrong} |", flush=True)

    for payload in arguments.payload:
        for name, embed in ways.items():
            row(f"{payload:g}", name, [embed(c, payload, seed) for seed, c in enumerate(covers)])
    if arguments.analog:
        secrets = [*covers[1:], covers[0]]
        pairs = zip(secrets, covers, strict=True)
        row("a picture", "analog, base", [sshr.conceal(*pair, sshr.Keys()).image for pair in pairs])


if __name__ == "__main__":
    main()
