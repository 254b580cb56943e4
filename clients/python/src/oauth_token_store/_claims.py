from __future__ import annotations

import os
import threading
from typing import Any, Optional
from weakref import WeakKeyDictionary

from .token import Claim


class _Held:
    """A claim that an SDK was told to refresh under."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.process = os.getpid()
        self.is_saved = False


class _OwnClaim(threading.local):
    """The last claim of this thread."""

    held: Optional[_Held] = None


class HeldClaims:
    """The claims under which an SDK refreshes, until it saves or gives up.

    The SDK saves the object that it found, most often on the same thread. A thread whose next call is another find has
    given up: its refresh failed, and the SDK does not say so.
    """

    def __init__(self) -> None:
        self._own = _OwnClaim()
        self._lock = threading.Lock()
        self._by_token: WeakKeyDictionary[Any, _Held] = WeakKeyDictionary()

    def add(self, token: Any, claim: Claim) -> None:
        held = _Held(claim)
        self._own.held = held
        with self._lock:
            self._by_token[token] = held

    def take(self, token: Any) -> Optional[Claim]:
        """Returns the claim that a save of this object answers, if there is one, and forgets it."""
        with self._lock:
            held = self._by_token.pop(token, None)
        if held is None:
            return None
        held.is_saved = True
        return held.claim

    def abandoned(self) -> Optional[str]:
        """Returns the nonce of this thread's claim if its holder has not saved, and forgets it."""
        held, self._own.held = self._own.held, None
        # a process that was forked meanwhile does not hold its parent's claim
        if held is None or held.is_saved or held.process != os.getpid():
            return None
        return held.claim.nonce
