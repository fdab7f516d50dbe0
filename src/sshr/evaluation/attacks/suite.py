"""All attacks over a set, line by line, and what they add up to."""

import base64
import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property, partial
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
from sshr.evaluation.attacks.matching import FEATURES, feature_vectors, picks, right_picks
from sshr.evaluation.attacks.opened import opened
from sshr.evaluation.attacks.payload import residual_picks
from sshr.evaluation.attacks.public_keys import rsrk_public_scores
from sshr.evaluation.attacks.scores import score
from sshr.evaluation.attacks.search import SIDE, STEPS, search_key
from sshr.evaluation.attacks.sizes import OTHER
from sshr.evaluation.concealed import ConcealedPair, conceal_pair
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.measure import Keep, key_of
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.networks import AnalogMethod
from sshr.evaluation.protocols import centre_crop
from sshr.evaluation.records import (
    HOLDS_KEY,
    AttackedPicture,
    AttackLine,
    AttackReport,
    AttackRow,
    KeyCosines,
    SearchLine,
    SearchSummary,
    WholeSet,
)
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.types import Rgb8

_SET = "whole set"
Features = dict[str, NDArray[np.float64]]
Job = Callable[[], AttackedPicture | WholeSet]


@dataclass(frozen=True)
class SearchKind:
    """One way to search over k_sym; a reference "stego" is what an attacker has."""

    session: bool
    reference: str

    def name(self, keyed: bool) -> str:
        """As `Attack.name`; `keyed`: whether the network knows of session keys."""
        parts = ["k_sym: gradient search"]
        parts += [f"reference: {self.reference}"] if self.reference != "right" else []
        parts += ["session: none"] if keyed and not self.session else []
        return ", ".join(parts)


SEARCHES = tuple(SearchKind(s, r) for s in (False, True) for r in ("right", "stego"))


class AttackSuite:
    """All attacks on one network over the first pairs of a set, LEAST at least.

    Args:
        entry: a network of ours.
        pictures: (secret, reference) by pair, all of one size, sides multiples of 16.
        searches: on so many of the pairs k_sym is searched for.
        keep: is given some pictures: (method, pair, attack, picture).

    Raises:
        UsageError: pictures of several sizes.
    """

    def __init__(
        self,
        entry: MethodEntry,
        names: Sequence[str],
        pictures: Sequence[tuple[Rgb8, Rgb8]],
        seed: int,
        searches: int,
        keep: Keep = lambda method, pair, attack, picture: None,
    ) -> None:
        assert isinstance(entry.method, AnalogMethod)
        if len({picture.shape for pair in pictures for picture in pair}) > 1:
            raise UsageError("--attacks needs pictures of one size: not protocol folder")
        self.entry, self.names, self.pictures = entry, list(names), list(pictures)
        self.engine = Engine(opened(entry.method.engine))
        self.seed, self.searches, self.keep = seed, min(searches, len(names)), keep
        self.lpips = Lpips()
        self._concealed = cache(self._conceal)

    def run(self, ledger: Ledger[AttackLine], progress: Progress = quiet) -> None:
        """Do what the ledger lacks."""
        jobs = [job for job in self._jobs() if self._empty(*job[:2]).key not in ledger]
        for done, (pair, attack, work) in enumerate(jobs, start=1):
            line, found = self._empty(pair, attack), work()
            if isinstance(found, WholeSet):
                ledger.add(replace(line, whole=found))
            else:
                ledger.add(replace(line, picture=found))
            progress(f"attacking {self.entry.name}", done, len(jobs))

    def result(self, ledger: Iterable[AttackLine]) -> AttackReport:
        """What the lines add up to."""
        wanted = {self._empty(pair, attack).key for pair, attack, _ in self._jobs()}
        by_attack: dict[str, list[AttackedPicture]] = {}
        known = feature_vectors(secret / 255 for secret, _ in self.pictures)
        whole = None
        for line in sorted(
            (line for line in ledger if line.key in wanted),
            key=lambda line: self.names.index(line.pair),
        ):
            if line.picture is not None:
                by_attack.setdefault(line.attack, []).append(line.picture)
            else:
                whole = line.whole
        rows = [self._row(attack, found, known) for attack, found in by_attack.items()]
        told = (whole.picks, whole.cosines) if whole else ()
        return AttackReport(len(self.names), rows, *told)

    def _jobs(self) -> list[tuple[int, str, Job]]:
        jobs: list[tuple[int, str, Job]] = []
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
        return self.engine.model.uses_mix

    def _empty(self, pair: int, attack: str) -> AttackLine:
        """A line with what it depends on: the other pair, or how many pairs there are."""
        count = len(self.names)
        partner = (pair + OTHER) % count
        other = f"{count} pairs" if attack == _SET else self.names[partner]
        names = self.entry.name, self.entry.identity, self.names[pair]
        shown = range(count) if attack == _SET else (pair, partner)
        return AttackLine(*names, other, attack, self._digest_of(shown))

    def _digest_of(self, pairs: Iterable[int]) -> str:
        joined = b"".join(self._digests[i] for i in pairs)
        return hashlib.sha256(joined).hexdigest()[:16]

    @cached_property
    def _digests(self) -> list[bytes]:
        """Of the pictures of each pair."""
        return [
            hashlib.sha256(secret.tobytes() + reference.tobytes()).digest()
            for secret, reference in self.pictures
        ]

    def _conceal(self, i: int) -> ConcealedPair:
        return self._conceal_pictures(self.names[i], *self.pictures[i])

    def _conceal_pictures(self, name: str, secret: Rgb8, reference: Rgb8) -> ConcealedPair:
        return conceal_pair(self.engine, secret, reference, self._draw(name, "case"))

    def _draw(self, *words: str) -> Callable[[int], bytes]:
        return random.Random(key_of(self.seed, *words)).randbytes

    def _attack(self, i: int, attack: Attack) -> AttackedPicture:
        own, other = self._concealed(i), self._concealed((i + OTHER) % len(self.names))
        draw = self._draw(self.names[i], attack.name)
        picture = run_attack(self.engine, attack, own, other, draw)
        self.keep(self.entry.name, i, attack.name, picture)
        kind = "receiver" if attack == RIGHT else "attack"
        if self._keyed and attack != RIGHT and attack.has_session_key:
            kind = HOLDS_KEY
        features = {name: _packed(feature(picture / 255)) for name, feature in FEATURES.items()}
        return replace(self._scored(kind, picture, own.secret), features=features)

    def _search(self, i: int, one: SearchKind) -> AttackedPicture:
        side = min(SIDE, *self.pictures[i][0].shape[:2]) // 16 * 16
        cut = [centre_crop(picture, side) for picture in self.pictures[i]]
        own = self._conceal_pictures(f"{self.names[i]} cut", *cut)
        reference = guess_reference("stego", own, own) if one.reference == "stego" else cut[1]
        session = own.session if one.session else None
        seed = int.from_bytes(self._draw(self.names[i], "search")(4), "big")
        found = search_key(self.engine, own, reference, session, seed)
        self.keep(self.entry.name, i, one.name(self._keyed), found.end)
        start = score(found.start, own.secret).psnr
        searched = SearchLine(STEPS, side, start, found.start_prior, found.end_prior)
        kind = HOLDS_KEY if self._keyed and one.session else "attack"
        return replace(self._scored(kind, found.end, own.secret), search=searched)

    def _scored(self, kind: str, picture: Rgb8, secret: Rgb8) -> AttackedPicture:
        found = score(picture, secret)
        grey = np.full_like(secret, round(secret.mean()))
        return AttackedPicture(
            kind,
            **asdict(found),
            lpips=self.lpips(picture, secret),
            grey_lpips=self.lpips(grey, secret),
            shows_nothing=found.shows_nothing,
        )

    def _row(self, attack: str, found: list[AttackedPicture], known: Features) -> AttackRow:
        names = ("psnr", "grey_psnr", "ssim", "grey_ssim", "lpips", "grey_lpips", "colour_psnr")
        means: Any = {name: fmean(getattr(one, name) for one in found) for name in names}
        row = AttackRow(
            *(attack, found[0].kind, len(found)),
            **means,
            worst_over_grey=max(one.psnr - one.grey_psnr for one in found),
            worst_fit_over_grey=max(one.fitted_psnr - one.grey_psnr for one in found),
            pairs_shown=sum(not one.shows_nothing for one in found),
            worst_over_colour=max(one.psnr - one.colour_psnr for one in found),
        )
        searches = [one.search for one in found if one.search]
        if searches:
            start = fmean(one.start_psnr for one in searches)
            return replace(row, search=SearchSummary(searches[0].side, searches[0].steps, start))
        packed = [one.features for one in found if one.features]
        if len(packed) < len(self.names):
            return row
        vectors = {name: np.stack([_unpacked(one[name]) for one in packed]) for name in known}
        return replace(row, picks=picks(vectors, known, self._ruled_out))

    @property
    def _ruled_out(self) -> list[int]:
        """The candidate that is a pair's own reference, where the set's order makes it one."""
        secrets = [pair[0] for pair in self.pictures]
        found = []
        for i, (_, reference) in enumerate(self.pictures):
            same = [j for j, secret in enumerate(secrets) if np.array_equal(secret, reference)]
            found.append(same[0] if same and same[0] != i else (i + 1) % len(secrets))
        return found

    def _whole_set(self) -> WholeSet:
        """Right picks by stego - reference, and by k_pub_s where it is in the clear."""
        pairs = [self._concealed(i) for i in range(len(self.names))]
        found = residual_picks(self.engine, pairs, self._ruled_out, self._draw("simulation"))
        if not self._keyed:
            found["k_pub_s"] = right_picks(rsrk_public_scores(self.engine, pairs), self._ruled_out)
        return WholeSet(found, key_cosines(np.stack([pair.k_sym for pair in pairs])))


def key_cosines(keys: NDArray[np.float32]) -> KeyCosines:
    """Of keys (N, d), N at least 2."""
    unit = keys / np.linalg.norm(keys.astype(np.float64), axis=1, keepdims=True)
    found = (unit @ unit.T)[np.triu_indices(len(keys), 1)]
    size = np.abs(found)
    return KeyCosines(float(size.mean()), float(size.max()), float(found.max()))


def _packed(vector: NDArray[np.float64]) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def _unpacked(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)
