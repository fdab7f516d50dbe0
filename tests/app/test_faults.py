"""Errors and the statuses that they become."""

import pickle

from sshr.app.faults import RequestFault
from sshr.errors import DamagedError, UsageError


def test_statuses() -> None:
    damaged = RequestFault.of(DamagedError("it was\nchanged"))
    assert (damaged.status, str(damaged)) == (422, "it was changed")
    assert (damaged.kind, damaged.exit_code) == ("DamagedError", 5)
    assert RequestFault.of(UsageError("no")).status == 400
    assert RequestFault.of(MemoryError()).status == 422
    assert RequestFault.of(ValueError("what")).status == 500
    assert RequestFault.of(damaged) is damaged


def test_a_fault_goes_from_process_to_process() -> None:
    fault = pickle.loads(pickle.dumps(RequestFault(503, "busy", "Kind", 7)))
    assert (fault.status, str(fault), fault.kind, fault.exit_code) == (503, "busy", "Kind", 7)
