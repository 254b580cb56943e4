"""The example app, as its README says to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oauth_token_store import TokenStoreClient
from testbed import Sidecar, Vendor

pytestmark = pytest.mark.testbed

APP = Path(__file__).parents[3] / "examples" / "python" / "app.py"


def run(sidecar: Sidecar, vendor: Vendor, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TOKENSTORE_ADDRESS": sidecar.address,
        "ZOHO_ACCOUNTS_URL": vendor.accounts_url,
        "ZOHO_API_DOMAIN": vendor.api_domain,
        "ZOHO_CLIENT_ID": "1000.C1",
        "ZOHO_CLIENT_SECRET": "fixture-secret-S1",
        **settings,
    }
    done = subprocess.run([sys.executable, str(APP)], env=environment, capture_output=True, text=True, timeout=120)
    assert "fixture-secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_names_the_organisation_and_a_second_run_asks_for_no_token(
    sidecar: Sidecar, vendor: Vendor, client: TokenStoreClient
) -> None:
    refresh_token = vendor.new_refresh_token()
    for _ in range(2):
        done = run(sidecar, vendor, ZOHO_REFRESH_TOKEN=refresh_token)
        assert (done.returncode, done.stdout) == (0, "The organisation is Example.\n"), done.stderr

    assert vendor.token_requests() == ["refresh_token"]
    assert len(list(client.get_tokens())) == 1


def test_says_which_setting_is_missing(sidecar: Sidecar, vendor: Vendor) -> None:
    done = run(sidecar, vendor, ZOHO_REFRESH_TOKEN="")

    assert done.returncode == 1
    assert done.stderr == "app: ZOHO_REFRESH_TOKEN is not set; README.md says where its value comes from\n"


def test_says_that_no_sidecar_is_there(sidecar: Sidecar, vendor: Vendor) -> None:
    done = run(sidecar, vendor, ZOHO_REFRESH_TOKEN="fixture-secret-R", TOKENSTORE_ADDRESS="127.0.0.1:1")

    assert done.returncode == 1
    assert "app: no token store sidecar can be reached at 127.0.0.1:1" in done.stderr


def test_begins_a_new_session_after_its_session_was_cleaned_up(
    sidecar: Sidecar, vendor: Vendor, client: TokenStoreClient
) -> None:
    """Its recipe, in a process whose token is deleted between two calls."""
    script = f"""
import sys; sys.path.insert(0, {str(APP.parent)!r})
import app
from oauth_token_store import TokenStoreClient
app.initialize()
app.with_session(app.organisation)
TokenStoreClient().delete_tokens()
print(app.with_session(app.organisation))
"""
    environment = {
        **os.environ,
        "TOKENSTORE_ADDRESS": sidecar.address,
        "ZOHO_ACCOUNTS_URL": vendor.accounts_url,
        "ZOHO_API_DOMAIN": vendor.api_domain,
        "ZOHO_CLIENT_ID": "1000.C1",
        "ZOHO_CLIENT_SECRET": "fixture-secret-S1",
        "ZOHO_REFRESH_TOKEN": vendor.new_refresh_token(),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stdout) == (0, "Example\n"), done.stderr
    assert vendor.token_requests() == ["refresh_token"] * 2
    assert len(list(client.get_tokens())) == 1
