"""Phones in node, and one poll in which they and Python's phones vote together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ballotbox.page.node import NodePhones, phones


@pytest.fixture(scope="session")
def node_phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodePhones]:
    """Phones of the deputies' page."""
    with phones(tmp_path_factory.mktemp("phones")) as running:
        yield running
