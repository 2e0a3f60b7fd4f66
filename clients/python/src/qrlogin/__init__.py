"""Client of qrlogin: sign in to a website by scanning a QR code with a mobile app.

The clients of this module are synchronous; ``qrlogin.aio`` has the same for asyncio. Requests and responses are the
generated messages of ``qrlogin.v1``.
"""

from ._client import AppClient, ApproverClient
from ._error_reason import ErrorReason
from ._errors import FieldViolation, QrLoginError
from ._pkce import code_challenge_of, create_code_verifier
from ._status_watch import StatusWatch

__all__ = [
    "AppClient",
    "ApproverClient",
    "ErrorReason",
    "FieldViolation",
    "QrLoginError",
    "StatusWatch",
    "code_challenge_of",
    "create_code_verifier",
]
