import sys

import pytest

from sshr.errors import UsageError
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.table import METHODS, find_methods, outside
from sshr.transports.table import TRANSPORTS


def test_outside_methods_are_found_by_name(tmp_path, monkeypatch):
    (tmp_path / "mine_for_a_test.py").write_text(
        "class M:\n"
        "    def conceal(self, s, r, k): return r\n"
        "    def reveal(self, s, r, k): return s\n"
        "def nothing(): return 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert outside("mine_for_a_test:M").name == "mine_for_a_test:M"
    for spec, message in (
        ("mine_for_a_test", "nor of the form"),
        ("mine_for_a_test:absent", "AttributeError"),
        ("mine_for_a_test:nothing", "no conceal and reveal"),
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
