from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from oauth_token_store import TokenStoreClient
from testbed import Sidecar, Testbed, Vendor


@pytest.fixture(scope="session")
def testbed() -> Testbed:
    url = os.environ.get("TESTBED_URL")
    if not url:
        pytest.fail(
            "TESTBED_URL is not set: start the testbed in the repository's root with java -jar"
            " clients/testbed/target/testbed.jar and set what it prints, or leave its tests out with -m 'not testbed'.",
            pytrace=False,
        )
    return Testbed(url)


@pytest.fixture(scope="session")
def shared_sidecar(testbed: Testbed) -> Iterator[Sidecar]:
    sidecar = testbed.new_sidecar()
    yield sidecar
    sidecar.delete()


@pytest.fixture
def sidecar(shared_sidecar: Sidecar) -> Sidecar:
    """A sidecar whose store is empty. A test that stops it starts it again."""
    with TokenStoreClient(shared_sidecar.address) as client:
        client.delete_tokens()
    return shared_sidecar


@pytest.fixture
def client(sidecar: Sidecar) -> Iterator[TokenStoreClient]:
    with TokenStoreClient(sidecar.address) as client:
        yield client


@pytest.fixture
def vendor(testbed: Testbed) -> Vendor:
    return testbed.new_vendor()
