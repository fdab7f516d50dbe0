"""How often a set's secrets are recognised, and by what an attacker needs no network for."""

from collections.abc import Sequence

from sshr.evaluation.attacks.attack import without_mix
from sshr.evaluation.attacks.matching import Matcher, Plane, right_picks
from sshr.evaluation.attacks.payload import (
    STATISTICS,
    bare_payloads,
    payload_scores,
    residual,
    seen_rows,
    simulate,
)
from sshr.evaluation.concealed import ConcealedPair, Randomness
from sshr.transports.analog.engine import Engine


def picks(matcher: Matcher, found: Sequence[Plane], known: Sequence[int]) -> dict[str, int]:
    """Right picks by each feature; `known` rules out one candidate for each case."""
    return {name: right_picks(scores, known) for name, scores in matcher.scores(found).items()}


def residual_picks(
    engine: Engine, cases: Sequence[ConcealedPair], known: Sequence[int], draw: Randomness
) -> dict[str, int]:
    """What stego - reference tells someone who has the reference and no key."""
    seen = [residual(case.stego, case.reference) for case in cases]
    payloads = bare_payloads(without_mix(engine), [case.secret for case in cases])
    found = picks(Matcher(payloads), seen, known)
    if engine.model.net.uses_mix:
        simulation = simulate(engine, cases, draw)
        rows = [seen_rows(engine, case.stego, case.reference) for case in cases]
        for name, statistic in STATISTICS.items():
            found[name] = right_picks(payload_scores(rows, simulation, statistic), known)
    return found
