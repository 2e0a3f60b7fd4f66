"""A website's back end: shows the code, watches the ticket, and gets the user. Start it with `example-website`."""

import os
import sys

# snippet: imports
from qrlogin import AppClient, ErrorReason, QrLoginError, code_challenge_of, create_code_verifier
from qrlogin.v1 import (
    CreateTicketRequest,
    CreatorCapability,
    ExchangeUserInfoRequest,
    RequesterContext,
    SubmitCheckCodeRequest,
    TicketState,
    UserInfo,
    WatchStatusRequest,
)

# end snippet


# snippet: sign-in
def sign_in(client: AppClient) -> UserInfo | None:
    """Signs one user in. Returns None if the user declines or takes too long."""
    code_verifier = create_code_verifier()
    ticket = client.create_ticket(
        CreateTicketRequest(
            code_challenge=code_challenge_of(code_verifier),
            requester=RequesterContext(device_name="The website example in Python"),
            capabilities=[CreatorCapability.CREATOR_CAPABILITY_CHECK_CODE],
        )
    )
    print(ticket.qr_content, flush=True)  # the text to draw as a QR code
    request = WatchStatusRequest(ticket_id=ticket.ticket_id, ticket_secret=ticket.ticket_secret)
    with client.watch_status(request) as statuses:
        for status in statuses:
            if status.state == TicketState.TICKET_STATE_AWAITING_CHECK_CODE:
                submit_check_code(client, request, status.check_code_digits)
            if status.state == TicketState.TICKET_STATE_AUTHORIZED:
                exchange = ExchangeUserInfoRequest(exchange_ticket=status.exchange_ticket, code_verifier=code_verifier)
                return client.exchange_user_info(exchange).user
    return None
    # end snippet


# snippet: errors
def submit_check_code(client: AppClient, ticket: WatchStatusRequest, digits: int) -> None:
    """Asks for the number that the phone shows. After a wrong one, the watch has another status."""
    code = ""
    while not (code.isascii() and code.isdigit() and len(code) == digits):
        code = input(f"Type the {digits} digits that the phone shows: ").strip()
    request = SubmitCheckCodeRequest(ticket_id=ticket.ticket_id, ticket_secret=ticket.ticket_secret, check_code=code)
    try:
        client.submit_check_code(request)
    except QrLoginError as error:
        if error.reason is not ErrorReason.CHECK_CODE_MISMATCH:
            raise
        left = "" if error.attempts_left is None else f"; {error.attempts_left} attempts are left"
        print(f"{error.message}{left}", flush=True)
    # end snippet


def main() -> int:
    """Runs the example. Returns the exit code."""
    try:
        with AppClient(
            os.environ.get("QRLOGIN_ADDRESS", "127.0.0.1:50051"),
            app_id=os.environ.get("QRLOGIN_APP_ID", "demo-app"),
            app_secret=os.environ.get("QRLOGIN_APP_SECRET", "demo-secret"),
        ) as client:
            user = sign_in(client)
    except (QrLoginError, ValueError) as error:
        print(f"Failed: {error}", file=sys.stderr)
        return 1
    if user is None:
        print("No user signed in.")
        return 1
    print(f"Hello, {user.nickname} ({user.user_id})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
