"""A client of the OAuth token store for Kubernetes.

`TokenStoreClient` carries out the six operations on `Token`s. The Zoho CRM SDK's token store is
`oauth_token_store.zoho.SidecarTokenStore`; only that module imports the SDK.
"""

from .client import DEFAULT_ADDRESS, TokenStoreClient, WillRefresh
from .errors import TokenStoreError
from .token import Claim, Token

__all__ = [
    "DEFAULT_ADDRESS",
    "Claim",
    "Token",
    "TokenStoreClient",
    "TokenStoreError",
    "WillRefresh",
]
