//! A sign-in at the service itself. Needs `QRLOGIN_ADDRESS` and `QRLOGIN_USER_TOKEN`; see clients/with-server.
#![allow(clippy::unwrap_used, clippy::panic)]

use qrlogin::v1::mark_scanned_request::Scanned;
use qrlogin::v1::{
    AuthorizeRequest, CreateTicketRequest, ErrorReason, ExchangeUserInfoRequest,
    MarkScannedRequest, TicketState, WatchStatusRequest,
};
use qrlogin::{AppClient, ApproverClient, CodeVerifier};

fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is missing: run the tests with clients/with-server"))
}

#[tokio::test]
async fn signs_alice_in_once() {
    let app = AppClient::new(setting("QRLOGIN_ADDRESS"), "demo-app", "demo-secret").unwrap();
    let phone =
        ApproverClient::new(setting("QRLOGIN_ADDRESS"), &setting("QRLOGIN_USER_TOKEN")).unwrap();

    let verifier = CodeVerifier::random();
    let request = CreateTicketRequest {
        code_challenge: verifier.challenge(),
        ..Default::default()
    };
    let ticket = app.create_ticket(request).await.unwrap();
    let mut watch = app.watch_status(WatchStatusRequest {
        ticket_id: ticket.ticket_id,
        ticket_secret: ticket.ticket_secret,
    });
    assert_eq!(
        watch.next().await.unwrap().unwrap().state(),
        TicketState::Pending
    );

    let scanned = Some(Scanned::QrContent(ticket.qr_content));
    let scanned = phone
        .mark_scanned(MarkScannedRequest {
            scanned,
            ..Default::default()
        })
        .await
        .unwrap();
    let status = watch.next().await.unwrap().unwrap();
    assert_eq!(status.state(), TicketState::Scanned);
    assert_eq!(status.scanned_by.unwrap().nickname, "Alice");

    phone
        .authorize(AuthorizeRequest {
            ticket_id: scanned.ticket_id,
        })
        .await
        .unwrap();
    let status = watch.next().await.unwrap().unwrap();
    assert_eq!(status.state(), TicketState::Authorized);

    let exchange = |code_verifier: String| {
        app.exchange_user_info(ExchangeUserInfoRequest {
            exchange_ticket: status.exchange_ticket.clone(),
            code_verifier,
        })
    };
    let error = exchange(CodeVerifier::random().into()).await.unwrap_err();
    assert_eq!(error.reason(), Some(ErrorReason::ProofInvalid));
    let user = exchange(verifier.as_str().into())
        .await
        .unwrap()
        .user
        .unwrap();
    assert_eq!(
        (user.nickname.as_str(), user.user_id.as_str()),
        ("Alice", "alice")
    );
    assert_eq!(
        watch.next().await.unwrap().unwrap().state(),
        TicketState::Exchanged
    );
    assert!(watch.next().await.is_none());

    let error = exchange(verifier.into()).await.unwrap_err();
    assert_eq!(error.reason(), Some(ErrorReason::TicketAlreadyExchanged));
    assert_eq!(error.current_state(), Some(TicketState::Exchanged));
}
