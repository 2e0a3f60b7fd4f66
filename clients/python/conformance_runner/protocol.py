"""What both runners share: how commands are read, and how responses and errors are written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from qrlogin import QrLoginError, code_challenge_of, create_code_verifier
from qrlogin.v1 import qr_login_service_pb2

Command = dict[str, Any]
Result = dict[str, Any]

# The methods of the clients, by RPC.
METHODS = {
    "CreateTicket": "create_ticket",
    "GetStatus": "get_status",
    "SubmitCheckCode": "submit_check_code",
    "Withdraw": "withdraw",
    "ExchangeUserInfo": "exchange_user_info",
    "GetSigningKeys": "get_signing_keys",
    "MarkScanned": "mark_scanned",
    "Authorize": "authorize",
    "Cancel": "cancel",
}


def client_arguments(command: Command) -> dict[str, Any]:
    """Returns the arguments with which a client is opened."""
    arguments: dict[str, Any] = {"address": command["address"]}
    if command["kind"] == "app":
        arguments |= {"app_id": command["appId"], "app_secret": command["appSecret"]}
    else:
        arguments["token"] = command["token"]
    if "deadlineMs" in command:
        arguments["timeout"] = command["deadlineMs"] / 1_000
    if "rootCertificates" in command:
        arguments["root_certificates"] = Path(command["rootCertificates"]).read_bytes()
    return arguments


def parse_request(rpc: str, request: dict[str, Any]) -> Message:
    """Returns the request message of an RPC."""
    message: Message = getattr(qr_login_service_pb2, f"{rpc}Request")()
    return ParseDict(request, message)


def timeout_of(command: Command) -> float | None:
    """Returns the time limit of a call in seconds, if it has one of its own."""
    return command["deadlineMs"] / 1_000 if "deadlineMs" in command else None


def to_json(message: Message) -> Result:
    """Returns the ProtoJSON of a message."""
    return MessageToDict(message)


def pkce(command: Command) -> Result:
    """Plays the command `pkce`."""
    verifier = command["codeVerifier"] if "codeVerifier" in command else create_code_verifier()
    return {"codeVerifier": verifier, "codeChallenge": code_challenge_of(verifier)}


def describe_error(error: QrLoginError | ValueError) -> Result:
    """Returns an error as the protocol has it. A ValueError is an argument that the layer rejects."""
    if not isinstance(error, QrLoginError):
        return {"code": "REJECTED_BY_CLIENT", "message": str(error)}
    described = {
        "code": error.code.name,
        "reason": None if error.reason is None else error.reason.name,
        "rawReason": error.raw_reason,
        "message": error.message,
        "currentState": error.current_state,
        "attemptsLeft": error.attempts_left,
        "exceededLimit": error.exceeded_limit,
        "retryAfterMs": None if error.retry_after is None else round(error.retry_after * 1_000),
        "fieldViolations": [{"field": violation.field} for violation in error.field_violations] or None,
    }
    return {key: value for key, value in described.items() if value is not None}


def write(line: Result) -> None:
    """Writes one result as a line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
