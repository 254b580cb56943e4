from __future__ import annotations

import pytest

from oauth_token_store import DEFAULT_ADDRESS, TokenStoreClient


def test_is_the_given_one_before_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENSTORE_ADDRESS", "unix:/run/tokenstore/sock")

    assert TokenStoreClient("127.0.0.1:6000").address == "127.0.0.1:6000"
    assert TokenStoreClient().address == "unix:/run/tokenstore/sock"


def test_is_the_default_where_the_environment_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENSTORE_ADDRESS", "")
    assert TokenStoreClient().address == DEFAULT_ADDRESS == "127.0.0.1:50051"

    monkeypatch.delenv("TOKENSTORE_ADDRESS")
    assert TokenStoreClient().address == "127.0.0.1:50051"


@pytest.mark.parametrize("address", ["localhost:50051", "[::1]:50051", "unix:/a/b.sock", "unix:///a/b.sock"])
def test_may_be_a_host_with_port_or_a_socket(address: str) -> None:
    assert TokenStoreClient(address).address == address


@pytest.mark.parametrize("address", ["50051", ":50051", "localhost", "http://127.0.0.1:50051", "127.0.0.1:x", "unix:"])
def test_is_refused_where_it_is_none(address: str) -> None:
    with pytest.raises(ValueError, match="is no address of a token store; give host:port or unix:/path"):
        TokenStoreClient(address)


def test_a_closed_client_says_so() -> None:
    client = TokenStoreClient("127.0.0.1:1")
    client.close()
    client.close()

    with pytest.raises(RuntimeError, match="closed"):
        client.delete_token("1")
