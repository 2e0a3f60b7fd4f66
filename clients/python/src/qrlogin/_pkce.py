"""PKCE (RFC 7636) with the method S256."""

import base64
import hashlib
import re
import secrets


def create_code_verifier() -> str:
    """Returns a new code verifier: 256 random bits, 43 characters of base64url.

    Keep it where the sign-in began, and pass it to ExchangeUserInfo. Pass only its `code_challenge_of` to
    CreateTicket.
    """
    return secrets.token_urlsafe(32)


def code_challenge_of(code_verifier: str) -> str:
    """Returns the S256 code challenge of a verifier: 43 characters of base64url.

    Raises:
        ValueError: The verifier does not consist of 43 to 128 characters that RFC 7636 allows.

    """
    if not re.fullmatch(r"[A-Za-z0-9\-._~]{43,128}", code_verifier):
        raise ValueError(
            "A code verifier must have 43 to 128 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~' (RFC 7636)"
        )
    digest = hashlib.sha256(code_verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
