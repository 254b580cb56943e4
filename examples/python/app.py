"""Prints the name of a Zoho CRM organisation. The app keeps its tokens in a token store, through its sidecar."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Callable, TypeVar

from oauth_token_store import TokenStoreError
from oauth_token_store.zoho import SidecarTokenStore
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations

Result = TypeVar("Result")

ACCOUNTS_URL = os.environ.get("ZOHO_ACCOUNTS_URL", "https://accounts.zoho.com/oauth/v2/token")
API_DOMAIN = os.environ.get("ZOHO_API_DOMAIN", "https://www.zohoapis.com")


def initialize() -> None:
    token = OAuthToken(
        client_id=setting("ZOHO_CLIENT_ID"),
        client_secret=setting("ZOHO_CLIENT_SECRET"),
        refresh_token=setting("ZOHO_REFRESH_TOKEN"),
    )
    Initializer.initialize(
        environment=DataCenter.Environment(API_DOMAIN, ACCOUNTS_URL, API_DOMAIN),
        token=token,
        store=SidecarTokenStore(),  # this line moved; it was FileStore("tokens.txt")
        resource_path=tempfile.gettempdir(),
    )


def with_session(call: Callable[[], Result]) -> Result:
    """Makes a call; if the token's session ended, initializes the SDK again and repeats the call."""
    try:
        return call()
    except SDKException as error:
        if not TokenStoreError.is_token_gone(error):
            raise
        initialize()
        return call()


def organisation() -> str:
    response = OrgOperations().get_organization()
    if response is None or response.get_status_code() != 200:
        sys.exit(f"app: Zoho refused the call{'' if response is None else f' ({response.get_status_code()})'}")
    return str(response.get_object().get_org()[0].get_company_name())


def setting(name: str) -> str:
    return os.environ.get(name) or sys.exit(f"app: {name} is not set; README.md says where its value comes from")


if __name__ == "__main__":
    try:
        initialize()
        print(f"The organisation is {with_session(organisation)}.")
    except SDKException as error:
        sys.exit(f"app: {error.error_message}")
