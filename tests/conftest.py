"""Settings that every test runs under."""

import pytest
import torch
from hypothesis import settings

settings.register_profile("sshr", derandomize=True, deadline=None, max_examples=30)
settings.load_profile("sshr")


@pytest.fixture(scope="session", autouse=True)
def _two_threads_at_most() -> None:
    torch.set_num_threads(min(2, torch.get_num_threads()))
