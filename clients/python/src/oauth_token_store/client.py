from __future__ import annotations

import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, NamedTuple, Optional, cast

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from ._fork import GATE
from ._proto.tokenstore.v1 import token_store_pb2 as pb
from .errors import error_of
from .token import FIELDS, Claim, Token, check_text

DEFAULT_ADDRESS = "127.0.0.1:50051"

_PAGE_SIZE = 500
_TIMEOUT = 10.0
# three times as long as the store lets a refresh take, and a little
_REFRESH_TIMEOUT = 20.0
# of a Unix socket, in bytes
_LONGEST_PATH = 103 if sys.platform == "darwin" else 107
_SERVICE = pb.DESCRIPTOR.services_by_name["TokenStoreService"]


def _methods(*names: str) -> list[dict[str, str]]:
    return [{"service": _SERVICE.full_name, "method": name} for name in names]


# what a call may have changed when its answer did not arrive
_CHANGES = {"SaveToken": "save", "DeleteToken": "delete", "DeleteTokens": "delete"}

_HEALTH = "grpc.health.v1.Health"
_RETRY_POLICY = {
    "maxAttempts": 5,
    "initialBackoff": "0.2s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    # UNKNOWN: some versions of gRPC report it for a connection that breaks while a call is being sent
    "retryableStatusCodes": ["UNAVAILABLE", "UNKNOWN"],
}

# Only idempotent calls are retried. A repeated save could undo another caller's save or revive a token that was deleted
# in between; a save waits for the connection instead, so that a restart of the sidecar loses no refreshed token. A
# health check goes ahead of it: gRPC may detect only by a call that an idle connection is dead, and that call fails.
# A repeated DeleteTokens would delete tokens that were saved in between.
_SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": _methods("FindToken", "FindTokenById", "GetTokens", "DeleteToken"),
            "retryPolicy": _RETRY_POLICY,
        },
        {"name": [{"service": _HEALTH}], "retryPolicy": _RETRY_POLICY, "waitForReady": True},
        {"name": _methods("SaveToken"), "waitForReady": True},
    ]
}

_CHANNEL_OPTIONS = [
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    # tokens must not pass through the proxy that the app may use
    ("grpc.enable_http_proxy", 0),
    # gRPC's default backoff of up to two minutes would delay the connection to a restarted sidecar
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # no connection is shared with another client or with the parent of a forked process
    ("grpc.use_local_subchannel_pool", 1),
]


class _Connection(NamedTuple):
    """A channel and the process that may use it."""

    process: int
    channel: grpc.Channel
    methods: dict[str, grpc.UnaryUnaryMultiCallable[Any, Any]]
    health: grpc.UnaryUnaryMultiCallable[None, bytes]

    def await_sidecar(self, timeout: float) -> None:
        """Returns once the sidecar answers, with any status."""
        try:
            self.health(None, timeout=timeout)
        except grpc.RpcError as failure:
            if cast(grpc.Call, failure).code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise


class WillRefresh(NamedTuple):
    """What a caller says in a find that refreshes a due token itself.

    Of all such callers one is told to refresh: the token that it finds has a `claim`, which it gives to `save_token`. The
    finds of the others wait until it has saved, and return what it saved. A token whose access token expires within
    `min_valid_for` seconds (at most 3600) is due. `abandoned_claim` is the nonce of a claim whose holder did not refresh.
    """

    min_valid_for: float = 0
    abandoned_claim: Optional[str] = None


class TokenStoreClient:
    """A client of a token store's sidecar: the six operations.

    Connects at the first call and reconnects by itself. Safe to share between threads, and with processes forked later:
    each connects for itself. Use it as a context manager, or close it.

    `address` is `host:port` or `unix:/path`; default: the environment's TOKENSTORE_ADDRESS, else `127.0.0.1:50051`.
    `timeout` is the time limit of a call in seconds, its retries included; default: 10, and 20 for a find that may wait for
    another caller's refresh. `delete_tokens_timeout` is that of `delete_tokens`. A method's own `timeout` takes precedence. A failed call raises TokenStoreError; a value that is
    not text raises TypeError or ValueError, and nothing is sent. docs/semantics.md says which token is meant.
    """

    def __init__(
        self, address: Optional[str] = None, *, timeout: Optional[float] = None, delete_tokens_timeout: float = 600.0
    ) -> None:
        self.address = _checked(address or os.environ.get("TOKENSTORE_ADDRESS") or DEFAULT_ADDRESS)
        self.timeout = _TIMEOUT if timeout is None else timeout
        self.refresh_timeout = _REFRESH_TIMEOUT if timeout is None else timeout
        self.delete_tokens_timeout = delete_tokens_timeout
        self._lock = threading.Lock()
        self._connection: Optional[_Connection] = None
        self._closed = False

    def find_token(
        self, token: Token, *, will_refresh: Optional[WillRefresh] = None, timeout: Optional[float] = None
    ) -> Optional[Token]:
        """Finds the token that the given fields describe; None if there is none."""
        request = pb.FindTokenRequest(token=_message(token))
        reply = self._call("FindToken", request, self._coordinated(request, will_refresh, timeout))
        return _found(reply) if reply.HasField("token") else None

    def find_token_by_id(
        self, id: Optional[str], *, will_refresh: Optional[WillRefresh] = None, timeout: Optional[float] = None
    ) -> Token:
        """Returns the token with this id; if there is none, raises TokenStoreError with reason TOKEN_NOT_FOUND."""
        check_text("id", id)
        request = pb.FindTokenByIdRequest(id=id)
        return _found(self._call("FindTokenById", request, self._coordinated(request, will_refresh, timeout)))

    def _coordinated(self, request: Any, will_refresh: Optional[WillRefresh], timeout: Optional[float]) -> float:
        """Adds to a find that its caller will refresh; returns the find's time limit."""
        if will_refresh is None:
            return self.timeout if timeout is None else timeout
        request.will_refresh = True
        request.min_valid_for.FromNanoseconds(int(will_refresh.min_valid_for * 1e9))
        request.request_id = uuid.uuid4().hex
        if will_refresh.abandoned_claim is not None:
            request.abandoned_claim = will_refresh.abandoned_claim
        return self.refresh_timeout if timeout is None else timeout

    def save_token(
        self,
        token: Token,
        *,
        expected_version: Optional[str] = None,
        claim: Optional[Claim] = None,
        timeout: Optional[float] = None,
    ) -> Token:
        """Stores the fields that are given and returns the whole token as it is stored now, with its id.

        With `expected_version` only if the token is still at that version; if not, the reason is VERSION_CONFLICT.
        `claim` is the one under which the token was refreshed; if another caller has saved another refresh token since,
        nothing is stored.
        """
        check_text("expected_version", expected_version)
        request = pb.SaveTokenRequest(token=_message(token), expected_version=expected_version)
        if claim is not None:
            request.claim.nonce, request.claim.version = claim.nonce, claim.version
        return _token(self._call("SaveToken", request, timeout).token)

    def delete_token(
        self, id: Optional[str], *, expected_version: Optional[str] = None, timeout: Optional[float] = None
    ) -> bool:
        """Deletes the token with this id, if there is one, and returns whether there was. It is not revoked at its provider.

        With `expected_version` only if the token is still at that version. A sidecar of the first release knows neither:
        it deletes any version, and the result is False.
        """
        check_text("id", id)
        check_text("expected_version", expected_version)
        request = pb.DeleteTokenRequest(id=id, expected_version=expected_version)
        return bool(self._call("DeleteToken", request, timeout).deleted)

    def report_rejected(
        self, id: Optional[str], access_token: Optional[str], *, timeout: Optional[float] = None
    ) -> str:
        """Reports that the API refused an access token before it had expired; returns what became of the report.

        `EXPIRED`: the token is due now, so the next find that will refresh is told to. `NOT_STORED`: another access token
        is stored, find it again. `TOO_NEW`, `TOO_MANY`: ignored, since a refresh would not help.
        """
        check_text("id", id)
        check_text("access_token", access_token)
        request = pb.ReportRejectedRequest(id=id, access_token=access_token)
        outcome = self._call("ReportRejected", request, timeout).outcome
        return pb.ReportRejectedResponse.Outcome.Name(outcome)

    def get_tokens(self, *, page_size: int = _PAGE_SIZE, timeout: Optional[float] = None) -> Iterator[Token]:
        """Yields every token once, in no defined order.

        Pages of `page_size` tokens (0: the server's default) are fetched as the iterator is read; `timeout` is the time
        limit of each page. The reason PAGE_TOKEN_EXPIRED means that reading took too long (some minutes): start again.
        """
        page_token = ""
        while True:
            request = pb.GetTokensRequest(page_size=page_size, page_token=page_token)
            page = self._call("GetTokens", request, timeout)
            yield from map(_token, page.tokens)
            page_token = page.next_page_token
            if not page_token:
                return

    def delete_tokens(self, *, timeout: Optional[float] = None) -> int:
        """Deletes every token of the store and returns how many there were. None is revoked at its provider."""
        limit = self.delete_tokens_timeout if timeout is None else timeout
        return int(self._call("DeleteTokens", pb.DeleteTokensRequest(), limit).deleted_count)

    def close(self) -> None:
        """Closes the connection and cancels calls in flight; later calls raise RuntimeError."""
        with GATE.call(), self._lock:
            if self._connection is not None and self._connection.process == os.getpid():
                self._connection.channel.close()
            self._connection = None
            self._closed = True

    def __enter__(self) -> TokenStoreClient:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _call(self, method: str, request: Message, timeout: Optional[float]) -> Any:
        seconds = self.timeout if timeout is None else timeout
        change = None
        with GATE.call():
            try:
                end = time.monotonic() + seconds
                connection = self._connected()
                if method == "SaveToken":
                    connection.await_sidecar(seconds)
                change = _CHANGES.get(method)
                return connection.methods[method](request, timeout=end - time.monotonic())
            except grpc.RpcError as failure:
                raise error_of(failure, self.address, seconds, change) from failure

    def _connected(self) -> _Connection:
        with self._lock:
            if self._closed:
                raise RuntimeError("this TokenStoreClient is closed; make a new one")
            if self._connection is None or self._connection.process != os.getpid():
                self._connection = _connect(self.address)
            return self._connection


def _connect(address: str) -> _Connection:
    channel = grpc.insecure_channel(address, options=_CHANNEL_OPTIONS)
    methods = {
        method.name: channel.unary_unary(
            f"/{_SERVICE.full_name}/{method.name}",
            request_serializer=getattr(pb, method.input_type.name).SerializeToString,
            response_deserializer=getattr(pb, method.output_type.name).FromString,
        )
        for method in _SERVICE.methods
    }
    health: grpc.UnaryUnaryMultiCallable[None, bytes] = channel.unary_unary(
        f"/{_HEALTH}/Check",
        # an empty HealthCheckRequest asks for the health of the process
        request_serializer=lambda request: b"",
        response_deserializer=lambda response: response,
    )
    return _Connection(os.getpid(), channel, methods, health)


def _checked(address: str) -> str:
    path = address[len("unix://") :] if address.startswith("unix:///") else address[len("unix:") :]
    size = len(os.fsencode(path)) if address.startswith("unix:/") else 0
    if size > _LONGEST_PATH:
        raise ValueError(
            f"the path of the socket {address!r} has {size} bytes, and the operating system takes at most"
            f" {_LONGEST_PATH}; use a shorter path (TOKENSTORE_ADDRESS)"
        )
    host, _, port = address.rpartition(":")
    if address.startswith("unix:/") or (host and "/" not in host and port.isascii() and port.isdigit()):
        return address
    raise ValueError(f"{address!r} is no address of a token store; give host:port or unix:/path (TOKENSTORE_ADDRESS)")


def _message(token: Token) -> pb.Token:
    return pb.Token(**{field: value for field in FIELDS if (value := getattr(token, field)) is not None})


def _found(reply: Any) -> Token:
    token = _token(reply.token)
    if reply.refresh != pb.REFRESH_NOW:
        return token
    return replace(token, claim=Claim(reply.claim.nonce, reply.claim.version))


def _token(message: pb.Token) -> Token:
    def moment(field: str) -> Optional[datetime]:
        stamp: Timestamp = getattr(message, field)
        return stamp.ToDatetime(timezone.utc) if message.HasField(field) else None

    return Token(
        **{field: getattr(message, field) for field in (*FIELDS, "version") if message.HasField(field)},
        expire_time=moment("expire_time"),
        create_time=moment("create_time"),
        update_time=moment("update_time"),
    )
