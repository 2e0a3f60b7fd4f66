//! What a watch yields, and when its call ends.

use crate::support::{Fake, Then, app, assert_cancelled, refusal, status, statuses};
use crate::watch_support::{ends_first_with, expired, pending, read_all, watch};
use prost_types::Duration as ProtoDuration;
use qrlogin::Code;
use qrlogin::v1::{QrCodeStep, TicketState, TicketStatus, WatchStatusRequest};
use std::sync::Mutex;
use std::time::Duration;

fn seconds(seconds: i64) -> Option<ProtoDuration> {
    Some(ProtoDuration { seconds, nanos: 0 })
}

#[tokio::test]
async fn yields_what_differs_in_more_than_the_remaining_durations() {
    let step = |number, left| {
        Some(QrCodeStep {
            number,
            remaining_duration: seconds(left),
            ..Default::default()
        })
    };
    let all = [
        TicketStatus {
            remaining_duration: seconds(60),
            qr_code_step: step(1, 5),
            ..pending(1)
        },
        TicketStatus {
            remaining_duration: seconds(59),
            qr_code_step: step(1, 4),
            ..pending(1)
        },
        TicketStatus {
            remaining_duration: seconds(59),
            qr_code_step: step(2, 4),
            ..pending(1)
        },
        TicketStatus {
            remaining_duration: seconds(58),
            qr_code_step: step(2, 3),
            ..pending(1)
        },
        status(2, TicketState::Scanned),
        expired(3),
    ];
    // One status a call, since a reader gets the newest of those that have come together.
    let fake = Fake::start(move |request| statuses([all[request.earlier].clone()], Then::End).0);
    let mut watch = watch(&fake);
    let mut seen = Vec::new();
    while let Some(status) = watch.next().await.transpose().unwrap() {
        seen.push((status.revision, status.qr_code_step.map(|step| step.number)));
    }
    assert_eq!(seen, [(1, Some(1)), (1, Some(2)), (2, None), (3, None)]);
}

#[tokio::test]
async fn makes_no_call_before_it_is_read() {
    let fake = ends_first_with(|| statuses([expired(1)], Then::End).0);
    let watch = watch(&fake);
    assert_eq!(fake.requests().len(), 0);
    assert_eq!(read_all(watch).await.0, [1]);
}

#[tokio::test]
async fn goes_on_after_a_state_that_it_does_not_know() {
    let later = TicketStatus {
        state: 99,
        revision: 1,
        ..Default::default()
    };
    let fake = ends_first_with(move || statuses([later.clone()], Then::End).0);
    assert_eq!(read_all(watch(&fake)).await.0, [1, 9]);
}

#[tokio::test]
async fn cancels_the_call_before_the_reader_gets_a_terminal_status() {
    for state in [
        TicketState::Exchanged,
        TicketState::Cancelled,
        TicketState::Expired,
    ] {
        let (response, mut cancelled) = statuses([status(1, state)], Then::Wait);
        let response = Mutex::new(Some(response));
        let fake = Fake::start(move |_| response.lock().unwrap().take().unwrap());
        let mut watch = watch(&fake);
        assert_eq!(watch.next().await.unwrap().unwrap().state(), state);
        // The reader stops here, and keeps the watch.
        assert_cancelled(&mut cancelled).await;
        assert!(watch.next().await.is_none());
    }
}

#[tokio::test]
async fn dropping_the_watch_cancels_the_call() {
    let (response, mut cancelled) = statuses([pending(1)], Then::Wait);
    let response = Mutex::new(Some(response));
    let fake = Fake::start(move |_| response.lock().unwrap().take().unwrap());
    let mut watch = watch(&fake);
    watch.next().await.unwrap().unwrap();
    drop(watch);
    assert_cancelled(&mut cancelled).await;
}

#[tokio::test]
async fn closing_the_client_cancels_the_call_of_a_watch_that_nobody_reads() {
    let (response, mut cancelled) = statuses([pending(1)], Then::Wait);
    let response = Mutex::new(Some(response));
    let fake = Fake::start(move |_| response.lock().unwrap().take().unwrap());
    let client = app(&fake);
    let mut watch = client.watch_status(WatchStatusRequest::default());
    watch.next().await.unwrap().unwrap();
    client.close();
    assert_cancelled(&mut cancelled).await;
    assert_eq!(
        watch.next().await.unwrap().unwrap_err().code(),
        Code::Cancelled
    );
}

#[tokio::test]
async fn loses_no_status_if_a_read_is_given_up() {
    let fake = Fake::start(|request| match request.earlier {
        0 => {
            statuses(
                [pending(1)],
                Then::Fail(refusal(Code::Unavailable, "SERVER_DRAINING", None)),
            )
            .0
        }
        _ => statuses([expired(2)], Then::End).0,
    });
    let mut watch = watch(&fake);
    let mut revisions = Vec::new();
    loop {
        match tokio::time::timeout(Duration::from_millis(1), watch.next()).await {
            Ok(Some(status)) => revisions.push(status.unwrap().revision),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(revisions, [1, 2]);
}

#[tokio::test]
async fn gives_a_slow_reader_the_newest_status() {
    let all: [TicketStatus; 200] =
        std::array::from_fn(|index| pending(u32::try_from(index).unwrap() + 1));
    let fake = Fake::start(move |request| match request.earlier {
        0 => statuses(all.clone(), Then::End).0,
        _ => statuses([expired(999)], Then::End).0,
    });
    let client = app(&fake);
    let mut slow = client.watch_status(WatchStatusRequest::default());
    let first = slow.next().await.unwrap().unwrap().revision;
    // Comes over the same connection, after all statuses of the slow reader.
    read_all(client.watch_status(WatchStatusRequest::default())).await;
    let (rest, _) = read_all(slow).await;
    let expected: &[u32] = if first == 200 { &[999] } else { &[200, 999] };
    assert_eq!(rest, expected, "after {first}");
}
