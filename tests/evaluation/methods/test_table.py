import sys

import pytest

from sshr.errors import UsageError
from sshr.evaluation.methods.method import outside


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
        ("mine_for_a_test", "not of the form"),
        ("mine_for_a_test:absent", "AttributeError"),
        ("mine_for_a_test:nothing", "no conceal and reveal"),
        ("no_such_module_at_all:f", "ModuleNotFoundError"),
    ):
        with pytest.raises(UsageError, match=message):
            outside(spec)
    sys.modules.pop("mine_for_a_test", None)
