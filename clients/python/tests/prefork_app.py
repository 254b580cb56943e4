"""A WSGI app that uses its client before gunicorn forks the workers (`--preload`); each answer names its worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from oauth_token_store import Token, TokenStoreClient

client = TokenStoreClient()
saved = client.save_token(Token(user_signature="prefork", access_token="fixture-secret-A"))
master = os.getpid()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    found = client.find_token_by_id(saved.id)
    assert found == saved and os.getpid() != master
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
