"""One template for these tests."""

import os
from collections.abc import Iterator

import pytest

from gp_lib.kernels.keeper import close_keepers, keeper_for
from gp_lib.kernels.preload import KERNEL


@pytest.fixture(autouse=True, scope="package")
def one_template() -> Iterator[None]:
    """A template that is quick to start: what it imports beside the kernel matters to one module only."""
    close_keepers()
    assert keeper_for(os.environ, KERNEL)
    yield
    close_keepers()
