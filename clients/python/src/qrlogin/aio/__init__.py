"""The clients of ``qrlogin`` for asyncio, over ``grpc.aio``."""

from ._client import AppClient, ApproverClient
from ._status_watch import StatusWatch

__all__ = ["AppClient", "ApproverClient", "StatusWatch"]
