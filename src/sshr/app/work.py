"""All that the page can ask for: an action is a function, and the names that its form may have."""

from collections.abc import Callable
from dataclasses import dataclass

from sshr.app.answers import Answer
from sshr.app.concealing import conceal, forecast
from sshr.app.faults import CancelledFault, RequestFault
from sshr.app.forms import Form
from sshr.app.keyring import compare, new_key, show_key
from sshr.app.revealing import inspect, reveal
from sshr.progress import Progress


@dataclass(frozen=True)
class Action:
    """One thing that can be asked for."""

    run: Callable[[Form, Progress], Answer]
    names: frozenset[str]


_SECRETS = {"secret", "file", "text", "reference", "survive", "lock", "recipients"}
_READER = {"stego", "reference", "lock", "passphrase", "identity", "identity_passphrase", "sender"}

ACTIONS = {
    "conceal": Action(
        conceal,
        frozenset(_SECRETS | {"passphrase", "signer", "signer_passphrase", "note"}),
    ),
    "forecast": Action(forecast, frozenset(_SECRETS | {"signed"})),
    "reveal": Action(reveal, frozenset(_READER | {"strict"})),
    "inspect": Action(inspect, frozenset(_READER)),
    "new-key": Action(new_key, frozenset({"passphrase"})),
    "show-key": Action(show_key, frozenset({"key", "passphrase"})),
    "compare": Action(compare, frozenset({"reference"})),
}


def perform(action: str, form: Form, progress: Progress) -> Answer:
    """Do one piece of work.

    Raises:
        RequestFault: it cannot be done; the words are for the user.
        CancelledFault: `progress` has raised it.
    """
    try:
        return ACTIONS[action].run(form, progress)
    except CancelledFault:
        raise
    except Exception as error:
        raise RequestFault.of(error) from error
