//! Which calls are retried, and when.

use crate::support::{Fake, app, approver, fail, get_status, refusal, respond};
use qrlogin::Code;
use qrlogin::v1::*;
use std::collections::HashMap;
use std::time::Duration;
use tonic::Status;

#[tokio::test]
async fn retries_the_methods_of_the_service_config_and_no_others() {
    let fake = Fake::start(|_| fail(Status::unavailable("away")));
    let (app, approver) = (app(&fake), approver(&fake));
    let (_, _, _, _, _, _, _, _, _) = tokio::join!(
        app.create_ticket(CreateTicketRequest::default()),
        app.get_status(GetStatusRequest::default()),
        app.submit_check_code(SubmitCheckCodeRequest::default()),
        app.withdraw(WithdrawRequest::default()),
        app.exchange_user_info(ExchangeUserInfoRequest::default()),
        app.get_signing_keys(GetSigningKeysRequest::default()),
        approver.mark_scanned(MarkScannedRequest::default()),
        approver.authorize(AuthorizeRequest::default()),
        approver.cancel(CancelRequest::default()),
    );

    let config: serde_json::Value =
        serde_json::from_str(include_str!("../../../../gen/service_config.json")).unwrap();
    let policy = &config["methodConfig"][0];
    let names = policy["name"].as_array().unwrap().iter();
    let max_attempts = policy["retryPolicy"]["maxAttempts"].as_u64().unwrap() as usize;
    let mut expected: HashMap<String, usize> = names
        .filter(|name| name["service"] == "qrlogin.v1.QrLoginService")
        .map(|name| (name["method"].as_str().unwrap().to_owned(), max_attempts))
        .collect();
    for method in ["CreateTicket", "SubmitCheckCode", "ExchangeUserInfo"] {
        assert_eq!(expected.insert(method.to_owned(), 1), None);
    }
    assert_eq!(fake.counts(), expected);
}

#[tokio::test]
async fn retries_no_sooner_than_the_server_asks() {
    let delay = Duration::from_millis(300);
    let fake = Fake::start(move |request| match request.earlier {
        0 => fail(refusal(Code::Unavailable, "STORE_UNAVAILABLE", Some(delay))),
        1 => {
            let mut status = Status::unavailable("pushback");
            status
                .metadata_mut()
                .insert("grpc-retry-pushback-ms", "300".parse().unwrap());
            fail(status)
        }
        _ => respond(&GetStatusResponse::default()),
    });
    get_status(&app(&fake)).await.unwrap();
    assert!(
        fake.pauses().iter().all(|pause| *pause >= delay),
        "{:?}",
        fake.pauses()
    );
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn retries_a_failure_of_the_connection_but_none_of_the_service() {
    let forbidden = |code, reason| {
        let mut status = refusal(code, reason, None);
        status
            .metadata_mut()
            .insert("grpc-retry-pushback-ms", "-1".parse().unwrap());
        status
    };
    for (status, attempts) in [
        (
            Status::internal("the connection was closed with an error"),
            4,
        ),
        (refusal(Code::Internal, "INTERNAL", None), 1),
        (refusal(Code::Unavailable, "OUTCOME_UNKNOWN", None), 1),
        (forbidden(Code::Unavailable, "STORE_UNAVAILABLE"), 1),
        (
            refusal(Code::Aborted, "CONCURRENT_UPDATE", Some(Duration::ZERO)),
            1,
        ),
        (
            refusal(
                Code::ResourceExhausted,
                "RATE_LIMITED",
                Some(Duration::ZERO),
            ),
            1,
        ),
        (Status::cancelled(""), 1),
    ] {
        let (code, message) = (status.code(), format!("{status:?}"));
        let fake = Fake::start(move |_| fail(status.clone()));
        let error = get_status(&app(&fake)).await.unwrap_err();
        assert_eq!(
            (error.code(), fake.requests().len()),
            (code, attempts),
            "{message}"
        );
    }
}

#[tokio::test]
async fn returns_the_error_at_once_if_the_deadline_would_pass_before_the_retry() {
    let day = Some(Duration::from_secs(86_400));
    let fake = Fake::start(move |_| fail(refusal(Code::Unavailable, "ISSUER_UNAVAILABLE", day)));
    let error = get_status(&app(&fake)).await.unwrap_err();
    assert_eq!(error.reason(), Some(ErrorReason::IssuerUnavailable));
    assert_eq!(error.retry_after(), day);
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn stops_retrying_while_most_calls_fail() {
    let fake = Fake::start(|_| fail(Status::unavailable("away")));
    let client = app(&fake);
    let calls: Vec<_> = (0..300)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { get_status(&client).await.unwrap_err() })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let before = fake.requests().len();
    get_status(&client).await.unwrap_err();
    assert_eq!(fake.requests().len(), before + 1);
}
