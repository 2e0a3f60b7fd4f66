"""Signs a user in with code that is generated from the proto."""

# snippet: imports
import base64
import os
import sys
from pathlib import Path

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from qrlogin.v1 import qr_login_service_pb2 as messages
from qrlogin.v1 import qr_login_service_pb2_grpc as services
from qrlogin.v1 import ticket_pb2

# end snippet


# snippet: connect
def connect(address: str, root_certificates: bytes | None) -> grpc.Channel:
    """Opens a channel. It uses plain text, which is for loopback alone, or TLS with these root certificates."""
    options = [
        ("grpc.service_config", Path("service_config.json").read_text()),
        # A service config in the DNS could have exchanges repeated.
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
    ]
    if root_certificates is None:
        return grpc.insecure_channel(address, options)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(root_certificates), options)


# end snippet


# snippet: sign-in
def sign_in(channel: grpc.Channel, app_id: str, app_secret: str) -> str | None:
    """Returns the id of the user who has scanned the code and approved, or None if nobody has in time."""
    service = services.QrLoginServiceStub(channel)
    credential = base64.b64encode(f"{app_id}:{app_secret}".encode()).decode()
    metadata = [("authorization", f"Basic {credential}")]

    ticket = service.CreateTicket(messages.CreateTicketRequest(), metadata=metadata, timeout=10)
    print(ticket.qr_content, flush=True)  # the text to draw
    request = messages.WatchStatusRequest(ticket_id=ticket.ticket_id, ticket_secret=ticket.ticket_secret)
    watch = service.WatchStatus(request, metadata=metadata)  # no time-out: it lasts as long as its ticket
    for response in watch:
        if response.status.state == ticket_pb2.TICKET_STATE_AUTHORIZED:
            exchange = messages.ExchangeUserInfoRequest(exchange_ticket=response.status.exchange_ticket)
            exchanged = service.ExchangeUserInfo(exchange, metadata=metadata, timeout=10)
            watch.cancel()
            return exchanged.user.user_id
    return None  # cancelled or expired


# end snippet


# snippet: errors
def reason_of(error: grpc.RpcError) -> str:
    """Returns the reason of an error, such as TICKET_EXPIRED, or the status code if the error has none."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info) and info.domain == "qrlogin.v1":
            return info.reason
    return error.code().name


# end snippet


def main() -> None:
    file = os.environ.get("QRLOGIN_ROOT_CERTIFICATES")
    root_certificates = Path(file).read_bytes() if file else None
    with connect(os.environ["QRLOGIN_ADDRESS"], root_certificates) as channel:
        try:
            print(sign_in(channel, os.environ["QRLOGIN_APP_ID"], os.environ["QRLOGIN_APP_SECRET"]))
        except grpc.RpcError as error:
            sys.exit(reason_of(error))


main()
