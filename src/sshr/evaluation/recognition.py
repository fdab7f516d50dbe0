"""How often a set's secrets are recognised, and by what an attacker needs no network for."""

from collections.abc import Sequence
from functools import partial

from sshr.evaluation.attacks import without_mix
from sshr.evaluation.cases import Case, Randomness
from sshr.evaluation.matching import Matcher, Plane, right_picks
from sshr.evaluation.payload import (
    bare_payloads,
    chunk_power,
    payload_scores,
    residual,
    simulate,
    tile_power,
)
from sshr.pipeline.engine import Engine


def picks(matcher: Matcher, found: Sequence[Plane], known: Sequence[int]) -> dict[str, int]:
    """Right picks by each feature; `known` rules out one candidate for each case."""
    return {name: right_picks(scores, known) for name, scores in matcher.scores(found).items()}


def residual_picks(
    engine: Engine, cases: Sequence[Case], known: Sequence[int], draw: Randomness
) -> dict[str, int]:
    """What stego - reference tells someone who has the reference and no key."""
    seen = [residual(engine, case.stego, case.reference) for case in cases]
    payloads = bare_payloads(without_mix(engine), [case.secret for case in cases])
    found = picks(Matcher(payloads), seen, known)
    if engine.model.net.uses_mix:
        simulation = simulate(engine, cases, draw)
        for name, statistic in (("power", tile_power), ("chunks", partial(chunk_power, engine))):
            found[name] = right_picks(payload_scores(seen, simulation, statistic), known)
    return found
