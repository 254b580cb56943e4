"""A client of the OAuth token store for Kubernetes.

`TokenStoreClient` carries out the six operations on `Token`s. The Zoho CRM SDK's token store is
`oauth_token_store.zoho.SidecarTokenStore`; only that module imports the SDK.
"""

from .client import DEFAULT_ADDRESS, TokenStoreClient
from .errors import TokenStoreError
from .token import Token

__all__ = [
    "DEFAULT_ADDRESS",
    "Token",
    "TokenStoreClient",
    "TokenStoreError",
]
