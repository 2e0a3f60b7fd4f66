"""One sign-in against the real service. `check` runs it beside a server; see clients/with-server."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

import qrlogin.aio
from qrlogin import AppClient, ApproverClient, ErrorReason, QrLoginError, code_challenge_of, create_code_verifier
from qrlogin.v1 import (
    AuthorizeRequest,
    CreateTicketRequest,
    ExchangeUserInfoRequest,
    MarkScannedRequest,
    TicketState,
    WatchStatusRequest,
)

ADDRESS = os.environ["QRLOGIN_ADDRESS"]
TOKEN = os.environ["QRLOGIN_USER_TOKEN"]
APP: dict[str, Any] = {"app_id": "demo-app", "app_secret": "demo-secret"}
STATES = [TicketState.TICKET_STATE_PENDING, TicketState.TICKET_STATE_SCANNED, TicketState.TICKET_STATE_AUTHORIZED]


def test_alice_signs_in() -> None:
    verifier = create_code_verifier()
    with AppClient(ADDRESS, **APP) as app, ApproverClient(ADDRESS, token=TOKEN) as approver:
        ticket = app.create_ticket(CreateTicketRequest(code_challenge=code_challenge_of(verifier)))
        watch = app.watch_status(WatchStatusRequest(ticket_id=ticket.ticket_id, ticket_secret=ticket.ticket_secret))
        states = [next(watch).state]
        approver.mark_scanned(MarkScannedRequest(qr_content=ticket.qr_content))
        states.append(next(watch).state)
        approver.authorize(AuthorizeRequest(ticket_id=ticket.ticket_id))
        authorized = next(watch)
        assert [*states, authorized.state] == STATES

        exchange = ExchangeUserInfoRequest(exchange_ticket=authorized.exchange_ticket, code_verifier=verifier)
        assert app.exchange_user_info(exchange).user.user_id == "alice"
        assert [status.state for status in watch] == [TicketState.TICKET_STATE_EXCHANGED]
        with pytest.raises(QrLoginError) as caught:
            app.exchange_user_info(exchange)
        assert caught.value.reason is ErrorReason.TICKET_ALREADY_EXCHANGED
        assert caught.value.current_state == "EXCHANGED"


def test_alice_signs_in_with_asyncio() -> None:
    async def play() -> None:
        async with (
            qrlogin.aio.AppClient(ADDRESS, **APP) as app,
            qrlogin.aio.ApproverClient(ADDRESS, token=TOKEN) as approver,
        ):
            ticket = await app.create_ticket(CreateTicketRequest())
            request = WatchStatusRequest(ticket_id=ticket.ticket_id, ticket_secret=ticket.ticket_secret)
            states = []
            async for status in app.watch_status(request):
                states.append(status.state)
                if status.state == TicketState.TICKET_STATE_PENDING:
                    await approver.mark_scanned(MarkScannedRequest(qr_content=ticket.qr_content))
                elif status.state == TicketState.TICKET_STATE_SCANNED:
                    await approver.authorize(AuthorizeRequest(ticket_id=ticket.ticket_id))
                elif status.state == TicketState.TICKET_STATE_AUTHORIZED:
                    exchange = ExchangeUserInfoRequest(exchange_ticket=status.exchange_ticket)
                    assert (await app.exchange_user_info(exchange)).user.user_id == "alice"
            assert states == [*STATES, TicketState.TICKET_STATE_EXCHANGED]

    asyncio.run(play())
