from __future__ import annotations

import os
import tempfile

import pytest

from fake_sidecar import FakeSidecar, reply
from oauth_token_store import DEFAULT_ADDRESS, Token, TokenStoreClient
from oauth_token_store._proto.tokenstore.v1 import token_store_pb2 as pb


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


def test_may_be_a_socket_with_a_path_of_107_bytes_and_no_longer_one() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/é"
        path += "x" * (107 - len(os.fsencode(path)))
        with FakeSidecar(f"unix:{path}", FindToken=[reply(pb.FindTokenResponse())]):
            for prefix in ("unix:", "unix://"):
                with TokenStoreClient(prefix + path) as client:
                    assert client.find_token(Token(user_signature="alice")) is None
        for prefix in ("unix:", "unix://"):
            with pytest.raises(ValueError, match="has 108 bytes, and the operating system takes at most 107"):
                TokenStoreClient(f"{prefix}{path}x")


def test_a_closed_client_says_so() -> None:
    client = TokenStoreClient("127.0.0.1:1")
    client.close()
    client.close()

    with pytest.raises(RuntimeError, match="closed"):
        client.delete_token("1")
