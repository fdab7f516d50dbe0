"""All attacks over a set, line by line, and what they add up to."""

import base64
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.errors import UsageError
from sshr.evaluation.attacks.attack import (
    RIGHT,
    Attack,
    attacks_on,
    guess_reference,
    run_attack,
)
from sshr.evaluation.attacks.matching import FEATURES, cosine_scores, right_picks
from sshr.evaluation.attacks.recognition import residual_picks
from sshr.evaluation.attacks.scores import Score, score
from sshr.evaluation.attacks.search import SIDE, STEPS, search_key
from sshr.evaluation.concealed import ConcealedPair, conceal_pair, rsrk_public_scores
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.measure import key_of
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.networks import NetworkMethod
from sshr.evaluation.pairs import centre_crop
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

Line = dict[str, Any]
Keep = Callable[[str, int, str, Rgb8], None]

KEYS = ("method", "identity", "pair", "other", "attack")
PAIRS = 24
OTHER = 3
"""A case and the third after it share neither secret nor reference, of five pairs at least."""

LEAST = OTHER + 2
_SET = "whole set"


@dataclass(frozen=True)
class Searched:
    """One way to search over k_sym; a reference "stego" is what an attacker has."""

    session: bool
    reference: str

    def name(self, keyed: bool) -> str:
        """As `Attack.name`; `keyed`: whether the network knows of session keys."""
        parts = ["k_sym: gradient search"]
        parts += [f"reference: {self.reference}"] if self.reference != "right" else []
        parts += ["session: none"] if keyed and not self.session else []
        return ", ".join(parts)


SEARCHES = tuple(Searched(s, r) for s in (False, True) for r in ("right", "stego"))


class AttackSuite:
    """All attacks on one network over the first pairs of a set.

    Args:
        pictures: (secret, reference) by pair, all of one size, sides multiples of 16.
        searches: on so many of the pairs k_sym is searched for.
        keep: is given some pictures: (method, pair, attack, picture).

    Raises:
        UsageError: fewer than five pairs, pictures of several sizes, or no network of ours.
    """

    def __init__(
        self,
        named: MethodEntry,
        names: Sequence[str],
        pictures: Sequence[tuple[Rgb8, Rgb8]],
        seed: int,
        searches: int,
        keep: Keep = lambda method, pair, attack, picture: None,
    ) -> None:
        if not isinstance(named.method, NetworkMethod):
            raise UsageError(f"--attacks: {named.name} is no network whose checks can be bypassed")
        if len(names) < LEAST:
            raise UsageError(f"--attacks needs at least {LEAST} pairs, not {len(names)}")
        if len({picture.shape for pair in pictures for picture in pair}) > 1:
            raise UsageError("--attacks needs pictures of one size: not protocol folder")
        self.named, self.names, self.pictures = named, list(names), list(pictures)
        self.engine: Engine = named.method.engine
        self.seed, self.searches, self.keep = seed, min(searches, len(names)), keep
        self.lpips = Lpips()
        self._case = cache(self._conceal)

    def run(self, ledger: Ledger, progress: Progress = quiet) -> None:
        """Do what the ledger lacks."""
        jobs = [job for job in self._jobs() if self._key(job[0], job[1]) not in ledger]
        for done, (pair, attack, work) in enumerate(jobs, start=1):
            head = dict(zip(KEYS, self._key(pair, attack), strict=True))
            ledger.add(head | work())
            progress(f"attacking {self.named.name}", done, len(jobs))

    def result(self, ledger: Iterable[Line]) -> Line:
        """What the lines add up to, for a report."""
        wanted = {self._key(pair, attack) for pair, attack, _ in self._jobs()}
        by_attack: dict[str, list[Line]] = {}
        for line in ledger:
            if tuple(line[name] for name in KEYS) in wanted:
                by_attack.setdefault(line["attack"], []).append(line)
        known = self._secret_features()
        rows = []
        whole: Line = {}
        for attack, found in by_attack.items():
            found.sort(key=lambda line: self.names.index(line["pair"]))
            if attack == _SET:
                whole = found[0]["counts"]
                continue
            rows.append(self._row(attack, found, known))
        return {"pairs": len(self.names), "rows": rows, "stego - reference": whole}

    def _jobs(self) -> list[tuple[int, str, Callable[[], Line]]]:
        jobs: list[tuple[int, str, Callable[[], Line]]] = []
        for i in range(len(self.names)):
            attacks = (RIGHT, *attacks_on(self.engine))
            jobs += [(i, attack.name, partial(self._attack, i, attack)) for attack in attacks]
            if i < self.searches:
                jobs += [
                    (i, one.name(self._keyed), partial(self._search, i, one))
                    for one in SEARCHES
                    if self._keyed or one.session  # the paper's scheme has no session key to lack
                ]
        jobs.append((0, _SET, self._whole_set))
        return jobs

    @property
    def _keyed(self) -> bool:
        return self.engine.model.net.uses_mix

    def _key(self, pair: int, attack: str) -> tuple[str, ...]:
        """What a line depends on: the other pair, or how many pairs there are."""
        count = len(self.names)
        other = f"{count} pairs" if attack == _SET else self.names[(pair + OTHER) % count]
        return self.named.name, self.named.identity, self.names[pair], other, attack

    def _conceal(self, i: int) -> ConcealedPair:
        return self._conceal_pictures(self.names[i], *self.pictures[i])

    def _conceal_pictures(self, name: str, secret: Rgb8, reference: Rgb8) -> ConcealedPair:
        return conceal_pair(self.engine, secret, reference, self._draw(name, "case"))

    def _draw(self, *words: str) -> Callable[[int], bytes]:
        return random.Random(key_of(self.seed, *words)).randbytes

    def _attack(self, i: int, attack: Attack) -> Line:
        case, other = self._case(i), self._case((i + OTHER) % len(self.names))
        draw = self._draw(self.names[i], attack.name)
        picture = run_attack(self.engine, attack, case, other, draw)
        self.keep(self.named.name, i, attack.name, picture)
        features = {name: _packed(feature(picture / 255)) for name, feature in FEATURES.items()}
        kind = "receiver" if attack == RIGHT else "attack"
        if self._keyed and attack != RIGHT and attack.has_session_key:
            kind = "holds the session key"
        line = {"kind": kind, **self._scored(picture, case.secret), "features": features}
        return line | {"stego": i == 0 and attack == RIGHT}

    def _search(self, i: int, one: Searched) -> Line:
        side = min(SIDE, *self.pictures[i][0].shape[:2]) // 16 * 16
        cut = [centre_crop(picture, side) for picture in self.pictures[i]]
        case = self._conceal_pictures(f"{self.names[i]} cut", *cut)
        reference = guess_reference("stego", case, case) if one.reference == "stego" else cut[1]
        session = case.session if one.session else None
        seed = int.from_bytes(self._draw(self.names[i], "search")(4), "big")
        found = search_key(self.engine, case, reference, session, seed)
        self.keep(self.named.name, i, one.name(self._keyed), found.end)
        kind = "holds the session key" if self._keyed and one.session else "attack"
        start = score(found.start, case.secret).psnr
        searched = {"steps": STEPS, "side": side, "start_psnr": start}
        searched |= {"start_prior": found.start_prior, "end_prior": found.end_prior}
        return {"kind": kind, **self._scored(found.end, case.secret), "search": searched}

    def _scored(self, picture: Rgb8, secret: Rgb8) -> Line:
        found: Score = score(picture, secret)
        figures = {
            name: getattr(found, name)
            for name in ("psnr", "grey_psnr", "fitted_psnr", "ssim", "grey_ssim")
        }
        grey = np.full_like(secret, round(secret.mean()))
        figures |= {"lpips": self.lpips(picture, secret), "grey_lpips": self.lpips(grey, secret)}
        return figures | {"shows_nothing": found.shows_nothing}

    def _row(self, attack: str, lines: list[Line], known: dict[str, NDArray[np.float64]]) -> Line:
        mean = {
            name: fmean(line[name] for line in lines)
            for name in ("psnr", "grey_psnr", "ssim", "grey_ssim", "lpips", "grey_lpips")
        }
        row: Line = {"attack": attack, "kind": lines[0]["kind"], "pairs": len(lines), **mean}
        row["worst_over_grey"] = max(line["psnr"] - line["grey_psnr"] for line in lines)
        row["worst_fit_over_grey"] = max(line["fitted_psnr"] - line["grey_psnr"] for line in lines)
        row["pairs_shown"] = sum(not line["shows_nothing"] for line in lines)
        if "search" in lines[0]:
            row["search"] = {
                "side": lines[0]["search"]["side"],
                "steps": lines[0]["search"]["steps"],
                "start_psnr": fmean(line["search"]["start_psnr"] for line in lines),
            }
        elif len(lines) == len(self.names):
            row["picks"] = {
                name: right_picks(
                    cosine_scores(
                        np.stack([_unpacked(line["features"][name]) for line in lines]), vectors
                    ),
                    self._ruled_out,
                )
                for name, vectors in known.items()
            }
        return row

    @property
    def _ruled_out(self) -> list[int]:
        """The candidate that is a case's own reference, where the set's order makes it one."""
        secrets = [pair[0] for pair in self.pictures]
        found = []
        for i, (_, reference) in enumerate(self.pictures):
            same = [j for j, secret in enumerate(secrets) if np.array_equal(secret, reference)]
            found.append(same[0] if same and same[0] != i else (i + 1) % len(secrets))
        return found

    def _secret_features(self) -> dict[str, NDArray[np.float64]]:
        return {
            name: np.stack([feature(secret / 255) for secret, _ in self.pictures])
            for name, feature in FEATURES.items()
        }

    def _whole_set(self) -> Line:
        """Right picks by what needs no network: stego - reference, and k_pub_s in the clear."""
        cases = [self._case(i) for i in range(len(self.names))]
        draw = self._draw("simulation")
        counts = residual_picks(self.engine, cases, self._ruled_out, draw)
        if not self._keyed:
            counts["k_pub_s"] = right_picks(rsrk_public_scores(self.engine, cases), self._ruled_out)
        return {"counts": counts}


def _packed(vector: NDArray[np.float64]) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def _unpacked(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)
