import sys

import pytest

from sshr.errors import CheckpointError, UsageError
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.table import (
    METHODS,
    SYSTEMS_OF_TABLES,
    find_all,
    find_methods,
    outside,
)
from sshr.transports.table import TRANSPORTS


def test_outside_methods_are_found_by_name(tmp_path, monkeypatch):
    (tmp_path / "mine_for_a_test.py").write_text(
        "class M:\n"
        "    def conceal(self, s, r, k): return r\n"
        "    def reveal(self, s, r, k): return s\n"
        "def nothing(): return 3\n"
        "def leaving(): raise SystemExit(0)\n"
        "class Unready:\n"
        "    conceal = property(lambda self: 1 / 0)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert outside("mine_for_a_test:M").name == "mine_for_a_test:M"
    for spec, message in (
        ("mine_for_a_test", "nor of the form"),
        ("mine_for_a_test:absent", "AttributeError"),
        ("mine_for_a_test:nothing", "no conceal and reveal"),
        ("mine_for_a_test:leaving", "SystemExit"),
        ("mine_for_a_test:Unready", "ZeroDivisionError"),
        ("no_such_module_at_all:f", "ModuleNotFoundError"),
    ):
        with pytest.raises(UsageError, match=message):
            outside(spec)
    sys.modules.pop("mine_for_a_test", None)


def test_every_transport_is_a_method_and_a_new_one_needs_no_more(monkeypatch):
    assert set(TRANSPORTS) < set(METHODS)
    found = find_methods(["base"], ["sealed:uniform", "classical:4"], "cpu")
    assert [entry.name for entry in found] == ["base", "sealed:uniform", "classical:4"]
    with pytest.raises(UsageError, match="named twice"):
        find_methods(["base", "base"], [], "cpu")
    monkeypatch.setitem(METHODS, "toy", lambda value, device: MethodEntry(value, object(), "1"))
    assert find_methods([], ["toy:x"], "cpu")[0].name == "x"


def test_all_systems_of_the_tables_are_found_or_say_why_not(monkeypatch):
    def absent(value, device):
        raise CheckpointError("weights needed")

    def present(value, device):
        return MethodEntry("of a run" if value == "RUN" else "hidden", object(), "1")

    for name in ("baluja", "weng", "udh", "isn", "hinet", "cross", "diffstega"):
        monkeypatch.setitem(METHODS, name, absent)
    monkeypatch.setitem(METHODS, "hidden", present)
    found, reasons = find_all(["paper"], ["systems"], "cpu")
    assert [entry.name for entry in found] == ["paper", "lsb:4", "lsb-matching", "hidden"]
    assert reasons["udh"] == "weights needed"
    assert len(found) - 1 + len(reasons) == len(SYSTEMS_OF_TABLES) == 10
    found, reasons = find_all([], ["hidden:RUN", "systems"], "cpu")
    assert [entry.name for entry in found] == ["of a run", "lsb:4", "lsb-matching"]
    assert find_all([], ["lsb:4"], "cpu")[1] == {}
    with pytest.raises(CheckpointError):
        find_all([], ["udh"], "cpu")
