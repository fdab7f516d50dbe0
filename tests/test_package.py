"""The names of the package, each loaded when it is first used."""

import pytest

import sshr


def test_all_public_names_are_there() -> None:
    assert len(sshr.__all__) == len(set(sshr.__all__))
    for name in sshr.__all__:
        value = getattr(sshr, name)
        assert value.__name__ == name
        assert value.__doc__
    with pytest.raises(AttributeError, match="reveel"):
        _ = sshr.reveel
