"""How a command prints its result."""

import json
from typing import Any

from rich.console import Console


def print_json(facts: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(facts))


def print_notes(console: Console, notes: tuple[str, ...]) -> None:
    """One line per note, as it stands."""
    for note in notes:
        console.print(f"note: {note}", markup=False)
