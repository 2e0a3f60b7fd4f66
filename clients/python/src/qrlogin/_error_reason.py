"""The reasons of errors. Generated from the proto by `generate`: do not edit."""

from enum import IntEnum


class ErrorReason(IntEnum):
    """The reason of an error.

    Every error of the service carries a google.rpc.ErrorInfo in the trailer
    `grpc-status-details-bin`. Its domain is `qrlogin.v1`. Its reason is the name
    of one of these values without the prefix `ERROR_REASON_`. Branch on the
    reason; the message is for people and may change.

    Further details:

      - If the error depends on the state of the ticket, the metadata of the
        ErrorInfo has the key `current_state`: the name of the TicketState without
        its prefix.
      - CHECK_CODE_MISMATCH has the key `attempts_left`: a decimal number.
      - RATE_LIMITED has a google.rpc.QuotaFailure. Its subject names the limit.
      - INVALID_ARGUMENT errors have a google.rpc.BadRequest with field paths if a
        field is at fault.
      - If waiting helps, there is a google.rpc.RetryInfo.
      - A google.rpc.RequestInfo has the id under which the log has the call: the
        value of the metadata key `x-request-id` if the caller sent one of 1 to 64
        letters, digits, or characters of `._:=+/@-`, or else a new one.

    If several things are wrong, the error is the first in this order: credential,
    fields, ticket / app / secret, user pool, scanner, proof, terminal state,
    state.

    A client that does not know a reason must use the status code. Errors that the
    gRPC library returns before the service sees the call have no ErrorInfo, such as
    those for a message that is too large, an unknown method, or a deadline that has
    passed.
    """

    APP_UNAUTHENTICATED = 1
    """UNAUTHENTICATED. The app credential is missing, malformed or wrong, or the
    call carries a credential of another kind.
    """

    USER_UNAUTHENTICATED = 2
    """UNAUTHENTICATED. The user token is missing, malformed, not valid here, or
    made for another purpose than to sign in (such as a logout or refresh token);
    or the call carries a credential of another kind.
    """

    USER_TOKEN_EXPIRED = 3
    """UNAUTHENTICATED. The user token was valid but has expired. Get a new one."""

    INVALID_REQUEST = 4
    """INVALID_ARGUMENT, with BadRequest if a field is at fault. The call has no
    request message or more than one, the message cannot be decoded, or a field
    exceeds its limits.
    """

    QR_CONTENT_INVALID = 5
    """INVALID_ARGUMENT. The scanned text is not a QR code of this service, or it
    contradicts the ticket that it names.
    """

    TICKET_NOT_FOUND = 6
    """NOT_FOUND. There is no such ticket, its retention is over, it belongs to
    another app, or the ticket secret or exchange ticket is wrong. These cases
    share one reason so that a stranger learns nothing.
    """

    USER_POOL_MISMATCH = 7
    """PERMISSION_DENIED. The user and the ticket belong to different user pools."""

    SCANNED_BY_ANOTHER_USER = 8
    """PERMISSION_DENIED. Another user scanned the code first. Only that user can
    continue.
    """

    PROOF_INVALID = 9
    """PERMISSION_DENIED. The code verifier is missing, does not match the challenge,
    or was sent for a ticket without a challenge. The exchange ticket is not spent.
    """

    TICKET_NOT_SCANNED = 10
    """FAILED_PRECONDITION. Authorize or Cancel was called before MarkScanned."""

    TICKET_NOT_AUTHORIZED = 11
    """FAILED_PRECONDITION. The exchange was called before the approval."""

    TICKET_ALREADY_AUTHORIZED = 12
    """FAILED_PRECONDITION. The approver has already approved and can no longer
    cancel.
    """

    TICKET_ALREADY_EXCHANGED = 13
    """FAILED_PRECONDITION. The exchange ticket has been spent."""

    TICKET_CANCELLED = 14
    """FAILED_PRECONDITION. The approver declined, the creator withdrew, or the check code
    was wrong too often.
    """

    TICKET_EXPIRED = 15
    """FAILED_PRECONDITION. The ticket has expired."""

    CHECK_CODE_NOT_EXPECTED = 16
    """FAILED_PRECONDITION. SubmitCheckCode was called for a ticket that is not waiting
    for a check code: it needs none, is not approved yet, or has been given another
    code before.
    """

    CHECK_CODE_MISMATCH = 17
    """INVALID_ARGUMENT. The check code is wrong. The metadata of the ErrorInfo has the
    key `attempts_left`. After the last attempt, the ticket is CANCELLED.
    """

    TOO_MANY_TICKETS = 18
    """RESOURCE_EXHAUSTED, with RetryInfo. The app, or the service as a whole, has
    reached its limit of tickets. Finished tickets count until their retention is
    over.
    """

    TOO_MANY_WATCHES = 27
    """RESOURCE_EXHAUSTED, with RetryInfo. The app, or all apps together, have reached
    the limit of open watches. The message says which limit it is.
    """

    RATE_LIMITED = 19
    """RESOURCE_EXHAUSTED, with RetryInfo and QuotaFailure. Calls arrive faster than they
    can be served or than a limit allows: for example more QR images than can be drawn,
    more calls of one app at a time than are allowed, polls below the minimum interval,
    or too many tickets for one address. The subject of the QuotaFailure names the
    limit.
    """

    CONCURRENT_UPDATE = 20
    """ABORTED, with RetryInfo. Several attempts in a row lost a race with other
    writers. Nothing was changed; call again.
    """

    WATCH_SUPERSEDED = 21
    """ABORTED. A newer watch of the same ticket has replaced this one. Do not call
    again: the newer watch is being served.
    """

    STORE_UNAVAILABLE = 22
    """UNAVAILABLE, with RetryInfo. The store is unreachable, or cannot confirm the
    operation. An exchange was not made. Any other change may have been made; call
    again, because repeating those calls is harmless.
    """

    SERVER_DRAINING = 23
    """UNAVAILABLE, with RetryInfo. This server is stopping. Another server, or this one
    after its restart, will answer. A watch ends with this reason when the stop
    begins, a running call only when its grace period is over.
    """

    ISSUER_UNAVAILABLE = 24
    """UNAVAILABLE, with RetryInfo. The keys, the introspection endpoint or the UserInfo
    endpoint of the user pool's issuer are unreachable or unusable, or the issuer may
    have a new key that has not been read yet. This says nothing about the user.
    Nothing was changed.
    """

    OUTCOME_UNKNOWN = 25
    """UNAVAILABLE, without RetryInfo. The connection to the store broke during the
    exchange, which may or may not have been written. Do not call again: the sign-in
    is lost. Let the user scan a new code.
    """

    INTERNAL = 26
    """INTERNAL. A fault of the service. The message is fixed; the cause is in the
    service's log.
    """

    PHONE_TOO_OLD = 28
    """FAILED_PRECONDITION. The ticket needs something that the mobile app has not said it
    can do, such as to show a check code. Ask the user to update the app. Nothing was
    changed.
    """

    QR_ROTATED = 29
    """FAILED_PRECONDITION. The scanned code was drawn by this service, but the screen has
    shown newer ones since: the text comes from a stored picture. Or a ticket whose code
    changes was scanned by its bare id. Nothing was changed. Scan the code that the
    screen shows now.
    """

    SIGN_IN_DISABLED = 30
    """FAILED_PRECONDITION. An administrator has disabled sign-ins of the app or of its
    user pool. Do not call again on your own.
    """

    ADMIN_UNAUTHENTICATED = 31
    """UNAUTHENTICATED. The administrator's credential is missing, malformed or wrong, or
    the call carries a credential of another kind.
    """

    POLICY_NOT_SUPPORTED = 32
    """FAILED_PRECONDITION. The policy of the app needs something that the creator has not
    said it can do, such as to ask the user for a check code. No ticket was created.
    Update the creator, or let it state its capabilities.
    """
