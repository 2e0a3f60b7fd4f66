"""The phone: shows who is asking, and lets the user decide. Start it with `example-phone TEXT`."""

import json
import os
import sys

from google.protobuf.json_format import MessageToDict

from qrlogin import ApproverClient, QrLoginError
from qrlogin.v1 import (
    AuthorizeRequest,
    CancelRequest,
    ContextSource,
    MarkScannedRequest,
    MarkScannedResponse,
    PhoneCapability,
)

QUESTION = "Is the code on a screen in front of you, on a page that you opened yourself just now? [y/N] "


def decide(client: ApproverClient, qr_content: str) -> None:
    """Sends the scanned code, asks the user, and sends the decision."""
    scanned = client.mark_scanned(
        MarkScannedRequest(qr_content=qr_content, capabilities=[PhoneCapability.PHONE_CAPABILITY_CHECK_CODE])
    )
    print(describe(scanned))
    if not has_consent():
        client.cancel(CancelRequest(ticket_id=scanned.ticket_id))
        print("Declined.")
        return
    check_code = client.authorize(AuthorizeRequest(ticket_id=scanned.ticket_id)).check_code
    if check_code:
        print(f"Type this number on {scanned.app.name} only, and tell it to nobody: {check_code}")
    else:
        print("Approved.")


def has_consent() -> bool:
    """Asks the user. The end of the input is not consent."""
    print(QUESTION, end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def describe(scanned: MarkScannedResponse) -> str:
    """Returns what the user reads before the decision, by source. None of it was read from the code."""
    requester = scanned.requester
    items = [
        ("network address", requester.ip_address, requester.ip_address_source),
        ("device", requester.device_name, requester.device_name_source),
        ("browser", requester.user_agent, requester.user_agent_source),
        ("location", requester.location, requester.location_source),
    ]
    if scanned.custom_data:
        data = json.dumps(MessageToDict(scanned.custom_data), ensure_ascii=False)
        items.append(("further data", data, scanned.custom_data_source))

    def from_sources(is_wanted: bool, *sources: int) -> str:
        chosen = [f"{name} {quoted(text)}" for name, text, source in items if text and (source in sources) is is_wanted]
        return ", ".join(chosen) or "nothing"

    observed = ContextSource.CONTEXT_SOURCE_OBSERVED_BY_GATEWAY
    stated = ContextSource.CONTEXT_SOURCE_STATED_BY_APP
    return "\n".join(
        [
            f"{scanned.app.name} asks you to sign in. {scanned.remaining_duration.seconds} seconds left.",
            f"  Seen by the sign-in service: {from_sources(True, observed)}",
            f"  {scanned.app.name} says: {from_sources(True, stated)}",
            # A source that this version does not know counts as a claim.
            f"  The page says (not checked): {from_sources(False, observed, stated)}",
        ]
    )


def quoted(text: str) -> str:
    """Returns the text in quotation marks and without control characters: an attacker may have written it."""
    return json.dumps("".join(character if character.isprintable() else " " for character in text), ensure_ascii=False)


def main() -> int:
    """Runs the example. Returns the exit code."""
    if len(sys.argv) != 2:
        print("usage: example-phone TEXT", file=sys.stderr)
        return 2
    token = os.environ.get("QRLOGIN_USER_TOKEN")
    if not token:
        print("QRLOGIN_USER_TOKEN must hold the user's token", file=sys.stderr)
        return 2
    try:
        with ApproverClient(os.environ.get("QRLOGIN_ADDRESS", "127.0.0.1:50051"), token=token) as client:
            decide(client, sys.argv[1])
    except (QrLoginError, ValueError) as error:
        print(f"Failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
