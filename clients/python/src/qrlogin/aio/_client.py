"""The clients for asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .._channel import ChannelOptions
from .._credentials import Metadata, basic_metadata, bearer_metadata
from .._timeouts import DEFAULT_TIMEOUT
from ..v1 import qr_login_service_pb2 as messages
from ._connection import Connection
from ._status_watch import StatusWatch


class AppClient(Connection):
    """A client for an app: the back end of a website that asks for sign-ins.

    Create one and share it between tasks. It connects with the first call, and belongs to the event loop of that call.

    Every method raises a QrLoginError if its call fails. ``timeout`` limits a call in seconds, retries included
    (``math.inf`` for no limit); the client's limit is the default.

    Example:
        >>> async with AppClient("127.0.0.1:50051", app_id="demo-app", app_secret="demo-secret") as client:
        ...     ticket = await client.create_ticket(CreateTicketRequest())

    """

    def __init__(
        self,
        address: str,
        *,
        app_id: str,
        app_secret: str,
        tls: bool | None = None,
        root_certificates: bytes | str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        channel_options: ChannelOptions = (),
    ) -> None:
        """Creates a client.

        Args:
            address: Address of the service in gRPC's syntax: ``host:port``, ``dns:///host:port``, ``unix:/path``, ….
                Calls are spread over all IP addresses that it resolves to.
            app_id: Id of the app.
            app_secret: Secret of the app.
            tls: Whether to use TLS. By default, plain text to loopback addresses and TLS to all others. False sends
                the secret in the clear.
            root_certificates: Root certificates (PEM) instead of those that the machine trusts.
            timeout: Seconds that a call may take, retries included, unless it has a limit of its own.
            channel_options: Further options of the gRPC channels. The service config cannot be set, since it says what
                is retried.

        Raises:
            ValueError: An argument is invalid.

        """
        authorization = basic_metadata(app_id, app_secret)

        async def metadata(seconds: float | None) -> Metadata:
            return authorization

        super().__init__(
            address,
            metadata,
            tls=tls,
            root_certificates=root_certificates,
            timeout=timeout,
            channel_options=channel_options,
        )

    async def create_ticket(
        self, request: messages.CreateTicketRequest, *, timeout: float | None = None
    ) -> messages.CreateTicketResponse:
        """Creates a ticket. Not retried, because a retry would create a second one."""
        return await self._call(self._calls.CreateTicket, request, timeout)

    async def get_status(
        self, request: messages.GetStatusRequest, *, timeout: float | None = None
    ) -> messages.GetStatusResponse:
        """Returns the status once. ``watch_status`` is faster and cheaper where possible. Retried while UNAVAILABLE."""
        return await self._call(self._calls.GetStatus, request, timeout)

    def watch_status(self, request: messages.WatchStatusRequest, *, timeout: float | None = None) -> StatusWatch:
        """Watches the status of a ticket.

        Yields the current status at once, then each one that differs in more than the remaining durations, and ends
        after a terminal one. A slow reader gets them in order. The first call is made when the iteration begins.

        Reconnects when the service is UNAVAILABLE, when the connection breaks, and when the stream ends before a
        terminal status. The pauses grow, vary at random, and are never shorter than the service asks. There is no limit
        on time unless ``timeout`` sets one, and none on attempts. Raises any other error of the service, such as
        TICKET_NOT_FOUND, APP_UNAUTHENTICATED or WATCH_SUPERSEDED (a newer watch of the ticket has replaced this one).

        Leaving the loop ends the call at the server and does not change the ticket; see StatusWatch.
        """
        return self._watch(request, timeout)

    async def submit_check_code(
        self, request: messages.SubmitCheckCodeRequest, *, timeout: float | None = None
    ) -> messages.SubmitCheckCodeResponse:
        """Submits the check code that the user has typed. Never retried, because a wrong code would count twice.

        Repeat the call after a lost response: a right code that is submitted again changes nothing.
        """
        return await self._call(self._calls.SubmitCheckCode, request, timeout)

    async def withdraw(
        self, request: messages.WithdrawRequest, *, timeout: float | None = None
    ) -> messages.WithdrawResponse:
        """Withdraws a ticket. Retried while UNAVAILABLE."""
        return await self._call(self._calls.Withdraw, request, timeout)

    async def exchange_user_info(
        self, request: messages.ExchangeUserInfoRequest, *, timeout: float | None = None
    ) -> messages.ExchangeUserInfoResponse:
        """Exchanges the exchange ticket for the user information, at most once.

        Never retried: after UNAVAILABLE (also with the reason OUTCOME_UNKNOWN), DEADLINE_EXCEEDED or CANCELLED, the
        sign-in may be lost, and the user has to scan again.
        """
        return await self._call(self._calls.ExchangeUserInfo, request, timeout)

    async def get_signing_keys(
        self, request: messages.GetSigningKeysRequest | None = None, *, timeout: float | None = None
    ) -> messages.GetSigningKeysResponse:
        """Returns the public keys that verify the tokens of ``exchange_user_info``, for any app.

        The issuer is empty and there are no keys if the service signs no tokens. Retried while UNAVAILABLE.
        """
        return await self._call(self._calls.GetSigningKeys, request or messages.GetSigningKeysRequest(), timeout)


class ApproverClient(Connection):
    """A client for an approver: the mobile app, or its back end, acting for a signed-in user.

    Create one and share it between tasks. It connects with the first call, and belongs to the event loop of that call.
    All calls are retried while UNAVAILABLE.

    Every method raises a QrLoginError if its call fails, or the error of the function that returns the token.
    ``timeout`` limits a call in seconds, retries included (``math.inf`` for no limit); the client's limit is the
    default.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | Callable[[], str | Awaitable[str]],
        tls: bool | None = None,
        root_certificates: bytes | str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        channel_options: ChannelOptions = (),
    ) -> None:
        """Creates a client. The other arguments are those of AppClient.

        Args:
            address: Address of the service.
            token: The user's token, or a function, asynchronous or not, that returns it. The function is called once
                per call, and its time counts. Refreshing the token is up to the function: a call that fails with
                USER_TOKEN_EXPIRED is not retried.
            tls: Whether to use TLS.
            root_certificates: Root certificates (PEM).
            timeout: Seconds that a call may take, retries included.
            channel_options: Further options of the gRPC channels.

        Raises:
            ValueError: An argument is invalid.

        """
        if isinstance(token, str):
            authorization = bearer_metadata(token)

            async def metadata(seconds: float | None) -> Metadata:
                return authorization
        else:

            async def metadata(seconds: float | None) -> Metadata:
                answer = token()
                return bearer_metadata(answer if isinstance(answer, str) else await self._wait_for(answer, seconds))

        super().__init__(
            address,
            metadata,
            tls=tls,
            root_certificates=root_certificates,
            timeout=timeout,
            channel_options=channel_options,
        )

    async def mark_scanned(
        self, request: messages.MarkScannedRequest, *, timeout: float | None = None
    ) -> messages.MarkScannedResponse:
        """Marks a ticket as scanned. Returns who is asking, for the user to judge."""
        return await self._call(self._calls.MarkScanned, request, timeout)

    async def authorize(
        self, request: messages.AuthorizeRequest, *, timeout: float | None = None
    ) -> messages.AuthorizeResponse:
        """Approves the sign-in. Returns the check code to show if the website waits for one."""
        return await self._call(self._calls.Authorize, request, timeout)

    async def cancel(self, request: messages.CancelRequest, *, timeout: float | None = None) -> messages.CancelResponse:
        """Declines the sign-in."""
        return await self._call(self._calls.Cancel, request, timeout)
