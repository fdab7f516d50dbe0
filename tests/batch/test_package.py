"""The names of the package."""

import pytest


def test_the_package_gives_its_names() -> None:
    import sshr.batch

    assert all(getattr(sshr.batch, name) for name in sshr.batch.__all__)
    with pytest.raises(AttributeError):
        _ = sshr.batch.nothing
