"""The metadata that identifies a caller."""

import base64
import re

Metadata = tuple[tuple[str, str], ...]


class _Secret(str):
    """A text whose ``repr`` does not show it: error reports of many tools contain the local variables of each frame."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


def basic_metadata(app_id: str, app_secret: str) -> Metadata:
    """Returns the credential of an app (RFC 7617).

    Raises:
        ValueError: The id is empty or has a colon, or the secret is empty.

    """
    if not app_id or ":" in app_id:
        raise ValueError("app_id must not be empty or contain a colon")
    if not app_secret:
        raise ValueError("app_secret must not be empty")
    encoded = base64.b64encode(f"{app_id}:{app_secret}".encode()).decode("ascii")
    return (("authorization", _Secret(f"Basic {encoded}")),)


def bearer_metadata(token: str) -> Metadata:
    """Returns the credential of a user (RFC 6750).

    Raises:
        ValueError: The text is not a bearer token. gRPC's own error would quote it.

    """
    if not re.fullmatch(r"[A-Za-z0-9\-._~+/]+=*", token):
        raise ValueError("The user token is empty or has a character that a bearer token must not have (RFC 6750)")
    return (("authorization", _Secret(f"Bearer {token}")),)
