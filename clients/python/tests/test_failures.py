"""How the client reports and retries failures, against a fake: a real sidecar does not fail on request."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from fake_sidecar import Answer, FakeSidecar, failure, reply
from oauth_token_store import Token, TokenStoreClient, TokenStoreError
from oauth_token_store._proto.tokenstore.v1 import token_store_pb2 as pb
from relay import Relay

SAVED = reply(pb.SaveTokenResponse(token=pb.Token(id="1")))
BROKEN = failure(grpc.StatusCode.UNKNOWN, "Stream removed")
UNREACHABLE = failure(grpc.StatusCode.UNAVAILABLE, "the API server did not answer; retry", "API_SERVER_UNAVAILABLE")

CALLS: dict[str, Callable[[TokenStoreClient], Any]] = {
    "FindToken": lambda client: client.find_token(Token(user_signature="alice")),
    "FindTokenById": lambda client: client.find_token_by_id("1"),
    "SaveToken": lambda client: client.save_token(Token(access_token="fixture-secret")),
    "DeleteToken": lambda client: client.delete_token("1"),
    "GetTokens": lambda client: list(client.get_tokens()),
    "DeleteTokens": lambda client: client.delete_tokens(),
}
REPLIES: dict[str, Answer] = {
    "FindToken": reply(pb.FindTokenResponse()),
    "FindTokenById": reply(pb.FindTokenByIdResponse(token=pb.Token(id="1"))),
    "SaveToken": SAVED,
    "DeleteToken": reply(pb.DeleteTokenResponse()),
    "GetTokens": reply(pb.GetTokensResponse()),
    "DeleteTokens": reply(pb.DeleteTokensResponse()),
}


@pytest.mark.parametrize(
    ("status", "reason", "gone"),
    [
        ("INVALID_ARGUMENT", "INVALID_TOKEN", False),
        ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN", False),
        ("NOT_FOUND", "TOKEN_NOT_FOUND", True),
        ("ABORTED", "VERSION_CONFLICT", False),
        ("ABORTED", "PAGE_TOKEN_EXPIRED", False),
        ("FAILED_PRECONDITION", "TOKEN_DELETED", True),
        ("FAILED_PRECONDITION", "STORE_NOT_FOUND", False),
        ("PERMISSION_DENIED", "STORE_NOT_ACCESSIBLE", False),
        ("UNAVAILABLE", "API_SERVER_UNAVAILABLE", False),
        ("UNAVAILABLE", "STORAGE_UNAVAILABLE", False),
        ("UNAVAILABLE", "TOO_MUCH_CONTENTION", False),
        ("DATA_LOSS", "TOKEN_UNREADABLE", False),
        ("RESOURCE_EXHAUSTED", "STORE_FULL", False),
        ("RESOURCE_EXHAUSTED", "OVERLOADED", False),
        ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", False),
        ("INTERNAL", "INTERNAL", False),
        ("INTERNAL", "A_REASON_OF_A_LATER_VERSION", False),
    ],
)
def test_raises_what_the_server_says(status: str, reason: str, gone: bool) -> None:
    code = grpc.StatusCode[status]
    with FakeSidecar(SaveToken=[failure(code, "what is wrong; what to do", reason)]) as fake:
        with TokenStoreClient(fake.address) as client, pytest.raises(TokenStoreError) as caught:
            CALLS["SaveToken"](client)

    assert (caught.value.status, caught.value.reason) == (code, reason)
    assert TokenStoreError.is_token_gone(caught.value) is gone
    assert str(caught.value) == "what is wrong; what to do"
    assert isinstance(caught.value.__cause__, grpc.RpcError)


def test_is_found_behind_the_errors_that_wrap_it() -> None:
    error = TokenStoreError("there is no token with this id", grpc.StatusCode.NOT_FOUND, "TOKEN_NOT_FOUND")
    wrapped = RuntimeError()
    wrapped.__cause__ = LookupError()
    wrapped.__cause__.__cause__ = error

    assert TokenStoreError.behind(wrapped) is error
    assert TokenStoreError.is_token_gone(wrapped)
    for another in (None, LookupError()):
        assert TokenStoreError.behind(another) is None
        assert not TokenStoreError.is_token_gone(another)


def test_a_version_conflict_says_which_version_is_current() -> None:
    conflict = failure(grpc.StatusCode.ABORTED, "read it again", "VERSION_CONFLICT", current_version="v.2")
    gone = failure(grpc.StatusCode.ABORTED, "read it again", "VERSION_CONFLICT", current_version="")
    with FakeSidecar(SaveToken=[conflict, gone]) as fake, TokenStoreClient(fake.address) as client:
        for version in ("v.2", None):
            with pytest.raises(TokenStoreError) as caught:
                client.save_token(Token(id="1", access_token="fixture-secret"), expected_version="v.1")
            assert caught.value.reason == "VERSION_CONFLICT"
            assert caught.value.current_version == version


def test_a_failure_of_grpc_itself_has_no_reason() -> None:
    too_large = failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "message too large")
    with FakeSidecar(FindToken=[too_large]) as fake, TokenStoreClient(fake.address) as client:
        with pytest.raises(TokenStoreError) as caught:
            CALLS["FindToken"](client)

    assert caught.value.reason is None
    assert str(caught.value) == (
        f"the call to the token store sidecar at {fake.address} failed (message too large); its log may say more"
    )


@pytest.mark.parametrize(("reason", "domain"), [("TOKEN_NOT_FOUND", "proxy.example"), ("", "tokenstore.dev")])
def test_an_error_info_of_another_domain_or_without_a_reason_is_not_the_servers(reason: str, domain: str) -> None:
    foreign = failure(grpc.StatusCode.NOT_FOUND, "no such route", reason, domain=domain)
    with FakeSidecar(FindTokenById=[foreign]) as fake, TokenStoreClient(fake.address) as client:
        with pytest.raises(TokenStoreError) as caught:
            CALLS["FindTokenById"](client)

    assert caught.value.reason is None
    assert not TokenStoreError.is_token_gone(caught.value)


def test_a_server_that_is_no_token_store_is_named() -> None:
    unknown = failure(grpc.StatusCode.UNIMPLEMENTED, "unknown method")
    with FakeSidecar(FindToken=[unknown]) as fake, TokenStoreClient(fake.address) as client:
        with pytest.raises(TokenStoreError, match="^what answers at .* is no token store sidecar, or an older one;"):
            CALLS["FindToken"](client)


@pytest.mark.parametrize("method", ["FindToken", "FindTokenById", "DeleteToken", "GetTokens"])
def test_repeats_what_may_happen_twice(method: str) -> None:
    with FakeSidecar(**{method: [UNREACHABLE, BROKEN, REPLIES[method]]}) as fake:
        with TokenStoreClient(fake.address) as client:
            CALLS[method](client)

    assert fake.calls[method] == 3


@pytest.mark.parametrize("method", ["SaveToken", "DeleteTokens"])
@pytest.mark.parametrize("status", ["UNAVAILABLE", "UNKNOWN"])
def test_repeats_nothing_that_must_not_happen_twice(method: str, status: str) -> None:
    first = {"UNAVAILABLE": UNREACHABLE, "UNKNOWN": BROKEN}[status]
    with FakeSidecar(**{method: [first, REPLIES[method]]}) as fake:
        with TokenStoreClient(fake.address) as client, pytest.raises(TokenStoreError) as caught:
            CALLS[method](client)

    assert caught.value.status is grpc.StatusCode[status]
    assert fake.calls[method] == 1


@pytest.mark.parametrize("method", ["FindToken", "FindTokenById", "DeleteToken", "GetTokens"])
def test_repeats_over_a_new_connection_what_the_old_one_lost(method: str) -> None:
    with FakeSidecar(**{method: [lambda *call: answer(*call)]}) as fake:
        relay = Relay(fake.address)

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            if fake.calls[method] == 1:
                relay.break_connections()
            return REPLIES[method](request, context)

        with TokenStoreClient(relay.address) as client:
            CALLS[method](client)
        relay.close()

    assert fake.calls[method] == 2


@pytest.mark.parametrize("method", ["SaveToken", "DeleteTokens"])
def test_a_call_that_is_not_repeated_is_unavailable_when_its_connection_breaks(method: str) -> None:
    with FakeSidecar(**{method: [lambda *call: answer(*call)]}) as fake:
        relay = Relay(fake.address)

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            relay.break_connections()
            return REPLIES[method](request, context)

        with TokenStoreClient(relay.address) as client, pytest.raises(TokenStoreError) as caught:
            CALLS[method](client)
        relay.close()

    assert caught.value.status is grpc.StatusCode.UNAVAILABLE
    assert f"no token store sidecar can be reached at {relay.address}" in str(caught.value)
    assert fake.calls[method] == 1


def test_repeats_nothing_after_an_answer() -> None:
    refused = failure(grpc.StatusCode.PERMISSION_DENIED, "ask for access", "STORE_NOT_ACCESSIBLE")
    with FakeSidecar(FindToken=[refused]) as fake, TokenStoreClient(fake.address) as client:
        with pytest.raises(TokenStoreError):
            CALLS["FindToken"](client)

    assert fake.calls["FindToken"] == 1


ADVICE = {
    "FindToken": "try again",
    "FindTokenById": "try again",
    "GetTokens": "try again",
    "SaveToken": "the save may have happened all the same, so ask again",
    "DeleteToken": "the delete may have happened all the same, so ask again",
    "DeleteTokens": "the delete may have happened all the same, so ask again",
}


@pytest.mark.parametrize("method", list(CALLS))
def test_gives_up_at_the_deadline(method: str) -> None:
    released = threading.Event()

    def hang(request: Any, context: grpc.ServicerContext) -> Any:
        released.wait(30)
        return REPLIES[method](request, context)

    with FakeSidecar(**{method: [hang]}) as fake, TokenStoreClient(
        fake.address, timeout=0.5, delete_tokens_timeout=0.5
    ) as client:
        begin = time.monotonic()
        with pytest.raises(TokenStoreError, match=f"did not answer within 0.5 s; {ADVICE[method]}$") as caught:
            CALLS[method](client)
        took = time.monotonic() - begin
        released.set()

    assert caught.value.status is grpc.StatusCode.DEADLINE_EXCEEDED
    assert took < 5


def test_a_save_that_was_not_sent_did_not_happen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections and answers nothing
        with TokenStoreClient(f"127.0.0.1:{silent.getsockname()[1]}", timeout=0.5) as client:
            with pytest.raises(TokenStoreError, match="; try again$") as caught:
                CALLS["SaveToken"](client)

    assert caught.value.status is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_methods_own_deadline_goes_before_the_clients() -> None:
    released = threading.Event()
    with FakeSidecar(DeleteTokens=[lambda request, context: released.wait(30)]) as fake:
        with TokenStoreClient(fake.address, timeout=60) as client:
            with pytest.raises(TokenStoreError, match="did not answer within 0.2 s"):
                client.delete_tokens(timeout=0.2)
        released.set()


@pytest.mark.parametrize("method", list(CALLS))
def test_delete_tokens_has_ten_minutes_and_other_calls_have_ten_seconds(method: str) -> None:
    left: list[float] = []

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        left.append(context.time_remaining())
        return REPLIES[method](request, context)

    with FakeSidecar(**{method: [answer]}) as fake, TokenStoreClient(fake.address) as client:
        CALLS[method](client)

    limit = 600 if method == "DeleteTokens" else 10
    assert abs(left[0] - limit) < 5


def test_asks_for_pages_of_500() -> None:
    sizes: list[int] = []

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        sizes.append(request.page_size)
        return REPLIES["GetTokens"](request, context)

    with FakeSidecar(GetTokens=[answer]) as fake, TokenStoreClient(fake.address) as client:
        CALLS["GetTokens"](client)

    assert sizes == [500]


def test_a_save_waits_for_a_sidecar_that_starts() -> None:
    address = f"127.0.0.1:{_free_port()}"
    fakes: list[FakeSidecar] = []
    starter = threading.Timer(1.0, lambda: fakes.append(FakeSidecar(address, SaveToken=[SAVED])))
    with TokenStoreClient(address) as client:
        starter.start()
        assert client.save_token(Token(access_token="fixture-secret")).id == "1"
    starter.join()
    fakes[0].stop()

    assert fakes[0].calls["SaveToken"] == 1


def test_a_read_bridges_the_restart_of_a_sidecar() -> None:
    fake = FakeSidecar(FindToken=[REPLIES["FindToken"]])
    with TokenStoreClient(fake.address) as client:
        CALLS["FindToken"](client)
        fake.stop()
        fakes: list[FakeSidecar] = []
        starter = threading.Timer(
            0.5, lambda: fakes.append(FakeSidecar(fake.address, FindToken=[REPLIES["FindToken"]]))
        )
        starter.start()
        CALLS["FindToken"](client)
    starter.join()
    fakes[0].stop()

    assert fakes[0].calls["FindToken"] == 1


@pytest.mark.parametrize("method", ["FindToken", "FindTokenById", "DeleteToken", "GetTokens", "DeleteTokens"])
def test_a_sidecar_that_is_not_there_is_named(method: str) -> None:
    address = f"127.0.0.1:{_free_port()}"
    with TokenStoreClient(address) as client, pytest.raises(TokenStoreError) as caught:
        CALLS[method](client)

    text = str(caught.value)
    assert text.startswith(f"no token store sidecar can be reached at {address} (")
    assert "Connection refused" in text
    assert text.endswith("; start one there, or set TOKENSTORE_ADDRESS to where one is")
    assert caught.value.status is grpc.StatusCode.UNAVAILABLE


def test_asks_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{_free_port()}")
    for name in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    with FakeSidecar(FindToken=[REPLIES["FindToken"]]) as fake, TokenStoreClient(fake.address) as client:
        assert CALLS["FindToken"](client) is None


def test_a_page_token_that_expired_is_told() -> None:
    first = reply(pb.GetTokensResponse(tokens=[pb.Token(id="1")], next_page_token="next"))
    expired = failure(grpc.StatusCode.ABORTED, "start again", "PAGE_TOKEN_EXPIRED")
    with FakeSidecar(GetTokens=[first, expired]) as fake, TokenStoreClient(fake.address) as client:
        tokens = client.get_tokens()
        assert next(tokens).id == "1"
        with pytest.raises(TokenStoreError, match="start again") as caught:
            next(tokens)

    assert caught.value.reason == "PAGE_TOKEN_EXPIRED"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
