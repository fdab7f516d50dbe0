"""Whole folders: pairing, the work of one pair, and who does it.

    from sshr.batch import Backend, Job, pair_by_name, run_folder
    pairing = pair_by_name(secrets, references, out)
    entries = run_folder(Job("conceal", out, keys), pairing, Backend(jobs=2))

Names are loaded when they are first used. With several jobs a script must keep its own work under
`if __name__ == "__main__":`, since every process imports it anew.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sshr.batch.manifest import ManifestEntry
    from sshr.batch.pairing import FilePair, Pairing, pair_by_name, pair_by_table
    from sshr.batch.runner import Backend, run_folder
    from sshr.batch.work import Job

__all__ = [
    "Backend",
    "FilePair",
    "Job",
    "ManifestEntry",
    "Pairing",
    "pair_by_name",
    "pair_by_table",
]
__all__ += ["run_folder"]

_HOMES = {
    "ManifestEntry": "sshr.batch.manifest",
    "FilePair": "sshr.batch.pairing",
    "Pairing": "sshr.batch.pairing",
    "pair_by_name": "sshr.batch.pairing",
    "pair_by_table": "sshr.batch.pairing",
    "Backend": "sshr.batch.runner",
    "run_folder": "sshr.batch.runner",
    "Job": "sshr.batch.work",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
