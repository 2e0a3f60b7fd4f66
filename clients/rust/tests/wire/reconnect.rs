//! After which ends of its call a watch calls again.

use crate::support::{Fake, Response, Then, app, fail, refusal, statuses, stream};
use crate::watch_support::{ends_first_with, expired, pending, read_all, watch};
use qrlogin::Code;
use qrlogin::v1::{WatchStatusRequest, WatchStatusResponse};
use std::time::Duration;
use tonic::Status;

#[tokio::test]
async fn calls_again_after_an_interruption() {
    type Respond = fn() -> Response;
    let ends: [(&str, Respond); 9] = [
        ("OK before a terminal status", || {
            statuses([pending(1)], Then::End).0
        }),
        ("UNAVAILABLE", || fail(Status::unavailable(""))),
        ("SERVER_DRAINING", || {
            statuses(
                [pending(1)],
                Then::Fail(refusal(Code::Unavailable, "SERVER_DRAINING", None)),
            )
            .0
        }),
        ("TOO_MANY_WATCHES", || {
            fail(refusal(
                Code::ResourceExhausted,
                "TOO_MANY_WATCHES",
                Some(Duration::ZERO),
            ))
        }),
        ("CANCELLED by a proxy", || fail(Status::cancelled(""))),
        ("DEADLINE_EXCEEDED by a proxy", || {
            fail(Status::deadline_exceeded(""))
        }),
        ("a stream reset with INTERNAL_ERROR", || {
            statuses([pending(1)], Then::Reset(h2::Reason::INTERNAL_ERROR)).0
        }),
        ("a stream reset with CANCEL", || {
            statuses([pending(1)], Then::Reset(h2::Reason::CANCEL)).0
        }),
        ("a stream reset with REFUSED_STREAM", || {
            stream([], Then::Reset(h2::Reason::REFUSED_STREAM)).0
        }),
    ];
    for (name, end) in ends {
        let fake = ends_first_with(end);
        let (revisions, error) = read_all(watch(&fake)).await;
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(revisions.last(), Some(&9), "{name}");
        assert_eq!(fake.requests().len(), 2, "{name}");
    }
}

#[tokio::test]
async fn ends_with_any_other_error() {
    let ends = [
        refusal(Code::NotFound, "TICKET_NOT_FOUND", None),
        refusal(Code::Unauthenticated, "APP_UNAUTHENTICATED", None),
        refusal(Code::Aborted, "WATCH_SUPERSEDED", None),
        refusal(Code::Unavailable, "OUTCOME_UNKNOWN", None),
        refusal(Code::Internal, "INTERNAL", None),
        refusal(Code::ResourceExhausted, "RATE_LIMITED", None),
        refusal(Code::Cancelled, "OF_A_LATER_VERSION", None),
        Status::internal("no stream was reset"),
        Status::unimplemented(""),
    ];
    for end in ends {
        let name = format!("{end:?}");
        let (code, sent) = (end.code(), end);
        let fake = ends_first_with(move || statuses([pending(1)], Then::Fail(sent.clone())).0);
        let (revisions, error) = read_all(watch(&fake)).await;
        assert_eq!(revisions, [1], "{name}");
        assert_eq!(error.unwrap().code(), code, "{name}");
        assert_eq!(fake.requests().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn pauses_no_shorter_than_the_server_asks() {
    let delay = Duration::from_millis(300);
    let fake =
        ends_first_with(move || fail(refusal(Code::Unavailable, "STORE_UNAVAILABLE", Some(delay))));
    read_all(watch(&fake)).await;
    assert!(fake.pauses()[0] >= delay);
}

#[tokio::test]
async fn calls_again_when_the_server_has_started_again() {
    let fake = Fake::start(|_| statuses([pending(1)], Then::Wait).0);
    let port = fake.port();
    let mut watch = watch(&fake);
    assert_eq!(watch.next().await.unwrap().unwrap().revision, 1);
    drop(fake);
    let next = tokio::spawn(async move { watch.next().await });
    let _fake = Fake::start_on(port, |_| statuses([expired(2)], Then::End).0);
    assert_eq!(next.await.unwrap().unwrap().unwrap().revision, 2);
}

#[tokio::test]
async fn closing_the_client_ends_the_watch_in_a_call_and_in_a_pause() {
    let in_pause = Some(Duration::MAX);
    let responses: [Box<dyn Fn() -> Response + Send + Sync>; 2] = [
        Box::new(|| stream([], Then::Wait).0),
        Box::new(move || fail(refusal(Code::Unavailable, "STORE_UNAVAILABLE", in_pause))),
    ];
    for response in responses {
        let fake = Fake::start(move |_| response());
        let client = app(&fake);
        let watch = client.watch_status(WatchStatusRequest::default());
        let close = async {
            while fake.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            client.close();
        };
        let ((_, error), ()) = tokio::join!(read_all(watch), close);
        let error = error.unwrap();
        assert_eq!((error.code(), error.reason()), (Code::Cancelled, None));
    }
}

#[tokio::test]
async fn ends_with_an_error_if_a_message_has_no_status() {
    let fake = Fake::start(|_| {
        stream(
            [prost::Message::encode_to_vec(
                &WatchStatusResponse::default(),
            )],
            Then::Wait,
        )
        .0
    });
    assert_eq!(
        read_all(watch(&fake)).await.1.unwrap().code(),
        Code::Internal
    );
}

#[tokio::test]
async fn closing_the_client_ends_a_stream_of_the_generated_client() {
    let fake = Fake::start(|_| statuses([pending(1)], Then::Wait).0);
    let client = app(&fake);
    let response = client
        .generated()
        .watch_status(WatchStatusRequest::default())
        .await;
    let mut stream = response.unwrap().into_inner();
    stream.message().await.unwrap().unwrap();
    client.close();
    let end = tokio::time::timeout(Duration::from_secs(10), stream.message()).await;
    assert_eq!(
        end.expect("the stream goes on").unwrap_err().code(),
        Code::Cancelled
    );
}
