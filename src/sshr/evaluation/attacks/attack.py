"""Attacks with all checks bypassed: the attacker runs the public network on what he has.

He holds a stego and the public weights. An `Attack` says what he puts in the place of the session
key, of the reference and of k_sym. Whoever lacks the session key lacks the metadata that it seals,
so he takes the scales of usual photographs; k_pub_s is given to him all the same, since the paper
sends it in the clear. In the paper's own scheme there is no session key and every attack leaves it
out.
"""

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES
from sshr.crypto.session import Session
from sshr.evaluation.attacks.denoising import median, wiener
from sshr.evaluation.attacks.opened import opened
from sshr.evaluation.concealed import ConcealedPair
from sshr.header.writer import Randomness
from sshr.imaging.tiles import tile_grid
from sshr.inference.rsrk import decode_key
from sshr.transports.analog.engine import Engine, pack_scales
from sshr.types import Rgb8

SessionGuess = Literal["right", "random", "one bit off", "another's", "no mix"]
ReferenceGuess = Literal["right", "another's", "stego", "median", "wiener"]
KeyGuess = Literal[
    "right", "another's", "one bit off", "public key", "zeros", "ones", "mean", "Gaussian"
]


@dataclass(frozen=True)
class Attack:
    """What an attacker uses; `right` is what the receiver would use."""

    session: SessionGuess
    reference: ReferenceGuess
    key: KeyGuess

    @property
    def name(self) -> str:
        """A line of a table: only what is not right."""
        parts = {"session": self.session, "reference": self.reference, "k_sym": self.key}
        wrong = [f"{part}: {guess}" for part, guess in parts.items() if guess != "right"]
        return ", ".join(wrong) or "everything right"

    @property
    def has_session_key(self) -> bool:
        """Whether the attacker holds the one key that he must not have."""
        return self.session == "right"


RIGHT = Attack("right", "right", "right")

_WITHOUT_SESSION_KEY = (
    Attack("random", "right", "right"),
    Attack("one bit off", "right", "right"),
    Attack("another's", "right", "another's"),
    Attack("no mix", "right", "right"),
    Attack("random", "another's", "right"),
    *(
        Attack(session, reference, "right")
        for reference in ("stego", "median", "wiener")
        for session in ("random", "no mix")
    ),
    *(
        Attack("random", "right", key)
        for key in ("public key", "zeros", "ones", "mean", "Gaussian")
    ),
)
_WRONG_REFERENCES = tuple(
    Attack("right", guess, "right") for guess in get_args(ReferenceGuess) if guess != "right"
)
_WRONG_KEYS = tuple(Attack("right", "right", key) for key in get_args(KeyGuess) if key != "right")

BASE_ATTACKS = _WITHOUT_SESSION_KEY + _WRONG_REFERENCES + _WRONG_KEYS
"""Under `base`. Those with the session key are upper bounds, not attacks on the scheme."""

PAPER_ATTACKS = _WRONG_KEYS + _WRONG_REFERENCES
"""In the paper's own scheme, where no session key exists: `right` stands for none."""


def attacks_on(engine: Engine) -> tuple[Attack, ...]:
    """The attacks that make sense against this network."""
    return BASE_ATTACKS if engine.model.uses_mix else PAPER_ATTACKS


def run_attack(
    engine: Engine, attack: Attack, pair: ConcealedPair, other: ConcealedPair, random: Randomness
) -> Rgb8:
    """What the network gives an attacker: (H, W, 3) uint8.

    Args:
        other: a pair that shares neither secret nor reference with `pair`.
        random: gives so many bytes, such as `os.urandom`.
    """
    reference = guess_reference(attack.reference, pair, other)
    k_sym = _guess_k_sym(engine, attack, pair, other, reference, random)
    scales = pair.scales
    if not attack.has_session_key:
        scales = neutral_scales(engine, pair)
    if attack.session == "no mix":
        engine = dataclasses.replace(engine, mixed=False)
    session = _guess_session(attack.session, pair, other, random)
    return engine.reveal(pair.stego, reference, k_sym, scales, session)


def neutral_scales(engine: Engine, pair: ConcealedPair) -> bytes:
    """The scales of an attacker who cannot read the sealed ones: for every group those of a secret
    as lively as photographs usually are.
    """
    tiles = len(tile_grid(*pair.stego.shape[:2]))
    usual = opened(engine).net.body.usual_scales().numpy()
    return pack_scales(np.tile(usual, tiles))


def guess_reference(guess: ReferenceGuess, pair: ConcealedPair, other: ConcealedPair) -> Rgb8:
    """The picture that an attacker takes for the reference."""
    if guess == "right":
        return pair.reference
    if guess == "another's":
        return other.reference
    if guess == "stego":
        return pair.stego
    return median(pair.stego) if guess == "median" else wiener(pair.stego)


def _guess_session(
    guess: SessionGuess, pair: ConcealedPair, other: ConcealedPair, random: Randomness
) -> Session:
    if guess in ("random", "no mix"):  # whoever leaves the mix out lacks the other subkeys too
        return Session(random(KEY_BYTES))
    if guess == "one bit off":
        return Session(_flip_a_bit(pair.session.key, random))
    return other.session if guess == "another's" else pair.session


def _guess_k_sym(
    engine: Engine,
    attack: Attack,
    pair: ConcealedPair,
    other: ConcealedPair,
    reference: Rgb8,
    random: Randomness,
) -> NDArray[np.float32]:
    right = pair.k_sym
    match attack.key:
        case "right":
            same = attack.reference == "right"
            return right if same else engine.rsrk_symmetric(pair.rsrk_public, reference)
        case "another's":
            return other.k_sym
        case "one bit off":
            return engine.rsrk_symmetric(_flip_a_bit(pair.rsrk_public, random), reference)
        case "public key":
            return decode_key(pair.rsrk_public)
        case "Gaussian":
            rng = np.random.default_rng(list(random(16)))
            noise = rng.standard_normal(right.shape)
            return (right.mean() + right.std(ddof=1) * noise).astype(np.float32)
    constants = {"zeros": 0.0, "ones": 1.0, "mean": float(np.abs(right).mean())}
    return np.full_like(right, constants[attack.key])


def _flip_a_bit(key: bytes, random: Randomness) -> bytes:
    place = int.from_bytes(random(4), "big") % (8 * len(key))
    return (int.from_bytes(key, "big") ^ 1 << place).to_bytes(len(key), "big")
