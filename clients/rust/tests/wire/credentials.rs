//! Which credentials are sent, and that no text shows a secret.

use crate::support::{Fake, app, approver, fail, get_status, respond};
use qrlogin::v1::*;
use qrlogin::{ApproverClient, Code};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tonic::Status;

#[tokio::test]
async fn shows_no_secret_in_the_text_of_clients_requests_and_responses() {
    let fake = Fake::start(|_| respond(&GetStatusResponse::default()));
    let secret = || "geheim".to_owned();
    let step = QrCodeStep {
        number: 7,
        qr_content: secret(),
        ..Default::default()
    };
    let texts = [
        format!("{:?}", app(&fake)),
        format!("{:?}", approver(&fake)).replace("token-of-alice", "geheim"),
        format!("{:?}", app(&fake).generated()),
        format!(
            "{:?}",
            CreateTicketResponse {
                ticket_secret: secret(),
                qr_content: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            QrImage {
                data: secret().into(),
                ..Default::default()
            }
        )
        .replace("103, 101, 104", "geheim"),
        format!(
            "{:?}",
            GetStatusRequest {
                ticket_secret: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            WatchStatusRequest {
                ticket_secret: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            WithdrawRequest {
                ticket_secret: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            SubmitCheckCodeRequest {
                ticket_secret: secret(),
                check_code: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            ExchangeUserInfoRequest {
                exchange_ticket: secret(),
                code_verifier: secret()
            }
        ),
        format!(
            "{:?}",
            MarkScannedRequest {
                scanned: Some(mark_scanned_request::Scanned::QrContent(secret())),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            AuthorizeResponse {
                check_code: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            TokenSet {
                id_token: secret(),
                access_token: secret(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            WatchStatusResponse {
                status: Some(TicketStatus {
                    exchange_ticket: secret(),
                    qr_code_step: Some(step),
                    ..Default::default()
                }),
            }
        ),
    ];
    for text in texts {
        assert!(!text.contains("geheim"), "{text}");
    }
    let status = TicketStatus {
        state: TicketState::Scanned.into(),
        cancel_reason: 99,
        ..Default::default()
    };
    assert!(format!("{status:?}").contains("state: Scanned"));
    assert!(format!("{status:?}").contains("cancel_reason: 99"));
}

#[tokio::test]
async fn sends_the_credential_with_each_call_of_both_clients() {
    let fake = Fake::start(|request| match request.method.as_str() {
        "Cancel" => respond(&CancelResponse::default()),
        _ => respond(&GetStatusResponse::default()),
    });
    let app = app(&fake);
    get_status(&app).await.unwrap();
    app.generated()
        .get_status(GetStatusRequest::default())
        .await
        .unwrap();
    approver(&fake)
        .cancel(CancelRequest::default())
        .await
        .unwrap();
    let sent: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(
        sent,
        [
            "Basic c2hvcDpnZWhlaW0=",
            "Basic c2hvcDpnZWhlaW0=",
            "Bearer token-of-alice"
        ]
    );
}

#[tokio::test]
async fn asks_for_the_token_once_per_call() {
    let fake = Fake::start(|request| match request.earlier {
        0 => fail(Status::unavailable("away")),
        _ => respond(&CancelResponse::default()),
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let client = ApproverClient::with_token_source(fake.address(), move || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move { Ok(format!("token-{number}")) }
    })
    .unwrap();
    client.cancel(CancelRequest::default()).await.unwrap();
    client.cancel(CancelRequest::default()).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let sent: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(sent, ["Bearer token-0", "Bearer token-0", "Bearer token-1"]);
}

#[tokio::test]
async fn fails_if_there_is_no_valid_token() {
    let fake = Fake::start(|_| respond(&CancelResponse::default()));
    let fails =
        ApproverClient::with_token_source(fake.address(), || async { Err("signed out".into()) })
            .unwrap();
    let error = fails.cancel(CancelRequest::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated);
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "signed out"
    );

    let secret = "geheim\nX-Other: 1";
    let malformed =
        ApproverClient::with_token_source(fake.address(), move || async move { Ok(secret.into()) })
            .unwrap();
    let error = malformed
        .cancel(CancelRequest::default())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated);
    assert!(!format!("{error} {error:?}").contains("geheim"));

    let slow = ApproverClient::with_token_source(fake.address(), std::future::pending).unwrap();
    let slow = slow.with_deadline(Duration::from_millis(20));
    assert_eq!(
        slow.cancel(CancelRequest::default())
            .await
            .unwrap_err()
            .code(),
        Code::DeadlineExceeded
    );
    assert_eq!(fake.requests().len(), 0);
}
