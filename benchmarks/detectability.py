"""How well a detector without the reference tells stegos from photographs, at equal payloads.

    python benchmarks/detectability.py FOLDER... [--payload BITS...] [--limit N] [--analog]

Needs `pip install sealwatch torchvision h5py pandas`. Stegos are 256 px centre crops
that carry so many random bits a sample: sealed with each kind of noise, and base-m digits
(ternary; 8 values from 1.58 bits on) in as many random samples as that takes. With `--analog` also
those of the analog transport (preset `base`), each with the next photograph as its secret.
SPAM features of the three channels are averaged (686);
sealwatch's ensemble of Fisher discriminants has fixed L and d_sub. 5 folds by photograph: a pair is
trained or tested as a whole. Printed: P_E, the mean of false alarms and misses, and its standard
deviation over the folds; 0.5 is a detector that guesses. All draws come from seeds.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, pstdev

import numpy as np
from numpy.typing import NDArray
from seeded import drawing

import sshr
from sshr.evaluation.pairs import centre_crop
from sshr.imaging.reading import read_image
from sshr.metrics import psnr
from sshr.types import Rgb8

Features = NDArray[np.float64]
Embed = Callable[[Rgb8, float, int], Rgb8]
SIZE, FOLDS = 256, 5
LEARNERS, SUBSPACE = 51, 100
NOISES = ("uniform", "texture", "adaptive")


@dataclass(frozen=True)
class Row:
    """What the detector makes of one kind of stego.

    Attributes:
        payload: bits a sample; None for a picture.
        folds: P_E of each.
    """

    embedding: str
    payload: float | None
    stego_psnr: float
    folds: list[float]

    @property
    def cells(self) -> list[str]:
        """Payload, embedding, stego PSNR, P_E."""
        payload = "a picture" if self.payload is None else f"{self.payload:g}"
        wrong = f"{fmean(self.folds):.3f} ± {pstdev(self.folds):.3f}"
        return [payload, self.embedding, f"{self.stego_psnr:.1f}", wrong]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--payload", nargs="*", type=float, default=[0.1, 0.4, 1.0, 3.0])
    parser.add_argument("--limit", type=int, help="photographs of each folder")
    parser.add_argument("--analog", action="store_true", help="the analog transport too")
    parser.add_argument("--preset", default="base", help="of the analog transport")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    arguments = parser.parse_args()
    covers = []
    for folder in arguments.folders:
        paths = sorted(each for each in folder.iterdir() if each.suffix in (".png", ".jpg"))
        covers += [centre_crop(read_image(path).rgb, SIZE) for path in paths[: arguments.limit]]
    detector = Detector(covers)
    print(f"{len(covers)} photographs, SPAM, L = {LEARNERS}, d_sub = {SUBSPACE}, {FOLDS} folds\n")
    print("| bits a sample | embedding | stego PSNR | P_E |")
    print("|---|---|---|---|")
    rows = []

    def found(row: Row) -> None:
        print(f"| {' | '.join(row.cells)} |", flush=True)
        rows.append(row)

    ways: dict[str, Embed] = {"base-m": base_m}
    ways |= {f"sealed, {noise}": sealed(noise) for noise in NOISES}
    for payload in arguments.payload:
        for name, embed in ways.items():
            stegos = [embed(cover, payload, seed) for seed, cover in enumerate(covers)]
            found(detector.row(name, payload, stegos))
    if arguments.analog:
        name = f"analog, {arguments.preset}"
        found(detector.row(name, None, analog(covers, arguments.preset)))
    if arguments.json:
        told = {"photographs": len(covers), "learners": LEARNERS, "subspace": SUBSPACE}
        told |= {"rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(told, indent=1) + "\n")


def sealed(noise: str) -> Embed:
    """The sealed transport with one kind of noise."""

    def embed(cover: Rgb8, payload: float, seed: int) -> Rgb8:
        data = np.random.default_rng(seed).bytes(int(payload * cover.size) // 8)
        with drawing(f"sealed {seed}"):
            return sshr.conceal(sshr.Blob(data), cover, sshr.Keys(), noise=noise).image

    return embed


def base_m(cover: Rgb8, payload: float, seed: int) -> Rgb8:
    """Digits of base 3 or 8 in as many samples as the payload takes."""
    base = 3 if payload <= np.log2(3) else 8
    rng = np.random.default_rng(seed)
    low = np.clip(cover.astype(int) - base // 2, 0, 256 - base)
    digits = rng.integers(0, base, cover.shape)
    used = rng.random(cover.shape) < payload / np.log2(base)
    return np.where(used, low + (digits - low) % base, cover).astype(np.uint8)


def analog(covers: Sequence[Rgb8], preset: str = "base") -> list[Rgb8]:
    """Each photograph with the next one concealed in it, header and all."""
    stegos = []
    for number, cover in enumerate(covers):
        secret = covers[(number + 1) % len(covers)]
        with drawing(f"analog {number}"):
            stegos.append(sshr.conceal(secret, cover, sshr.Keys(), preset=preset).image)
    return stegos


class Detector:
    """A detector that knows these photographs, (H, W, 3) uint8 RGB; for any stegos of theirs."""

    def __init__(self, covers: Sequence[Rgb8]) -> None:
        self._covers = covers
        self._plain = np.stack([features(cover) for cover in covers])

    def row(self, embedding: str, payload: float | None, stegos: Sequence[Rgb8]) -> Row:
        """One stego for each photograph, in the same order."""
        loud = fmean(psnr(*pair) for pair in zip(stegos, self._covers, strict=True))
        folds = errors(self._plain, np.stack([features(stego) for stego in stegos]))
        return Row(embedding, payload, loud, folds)


def features(picture: Rgb8) -> Features:
    """SPAM, the mean over the three channels."""
    import sealwatch

    found = [
        np.concatenate([np.ravel(part) for part in sealwatch.spam.extract(plane).values()])
        for plane in (np.ascontiguousarray(picture[..., c]) for c in range(3))
    ]
    mean: Features = np.mean(found, axis=0)
    return mean


def errors(covers: Features, stegos: Features) -> list[float]:
    """P_E of each fold."""
    import sealwatch

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


if __name__ == "__main__":
    main()
