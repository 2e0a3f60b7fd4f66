//! The details of an error.

use crate::support::{Fake, Then, app, fail, get_status, stream};
use qrlogin::Code;
use qrlogin::v1::{ErrorReason, TicketState};
use std::time::Duration;
use tonic::Status;
use tonic_types::{ErrorDetails, QuotaViolation, StatusExt as _};

#[tokio::test]
async fn reads_all_details_of_an_error() {
    let mut details = ErrorDetails::new();
    let metadata = [("current_state", "EXPIRED"), ("attempts_left", "2")];
    details
        .set_error_info(
            "CHECK_CODE_MISMATCH",
            "qrlogin.v1",
            metadata.map(|(key, value)| (key.into(), value.into())),
        )
        .set_retry_info(Some(Duration::from_millis(1_500)))
        .set_quota_failure(vec![QuotaViolation::new("screen", "too many")])
        .add_bad_request_violation("qr_image.size", "too small");
    let status = Status::with_error_details(Code::InvalidArgument, "The code is wrong", details);
    let fake = Fake::start(move |_| fail(status.clone()));
    let error = get_status(&app(&fake)).await.unwrap_err();

    assert_eq!(error.code(), Code::InvalidArgument);
    assert_eq!(error.reason(), Some(ErrorReason::CheckCodeMismatch));
    assert_eq!(error.raw_reason(), Some("CHECK_CODE_MISMATCH"));
    assert_eq!(error.message(), "The code is wrong");
    assert_eq!(error.current_state(), Some(TicketState::Expired));
    assert_eq!(error.attempts_left(), Some(2));
    assert_eq!(error.exceeded_limit(), Some("screen"));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1_500)));
    assert_eq!(error.field_violations()[0].field, "qr_image.size");
    assert_eq!(
        error.to_string(),
        "InvalidArgument: CHECK_CODE_MISMATCH: The code is wrong"
    );
}

#[tokio::test]
async fn ignores_reasons_of_other_domains_and_unknown_ones() {
    for (domain, reason) in [
        ("googleapis.com", "TICKET_NOT_FOUND"),
        ("", "TICKET_NOT_FOUND"),
        ("qrlogin.v1", "OF_A_LATER_VERSION"),
        ("qrlogin.v1", "UNSPECIFIED"),
    ] {
        let metadata = [("current_state", "EXPIRED"), ("attempts_left", "2")];
        let metadata = metadata.map(|(key, value)| (key.into(), value.into()));
        let details = ErrorDetails::with_error_info(reason, domain, metadata);
        let status = Status::with_error_details(Code::NotFound, "", details);
        let fake = Fake::start(move |_| fail(status.clone()));
        let error = get_status(&app(&fake)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.reason()),
            (Code::NotFound, None),
            "{domain} {reason}"
        );
        assert_eq!(error.raw_reason(), Some(reason));
        let is_ours = domain == "qrlogin.v1";
        assert_eq!(error.current_state().is_some(), is_ours, "{domain}");
        assert_eq!(error.attempts_left().is_some(), is_ours, "{domain}");
    }
}

#[tokio::test]
async fn keeps_code_and_message_of_details_that_cannot_be_read() {
    for details in ["%%%", "AAA=A", "/////w", "CgE"] {
        for in_trailers in [false, true] {
            let fake = Fake::start(move |_| {
                let mut response = if in_trailers {
                    stream([], Then::Trailers(Status::not_found("gone"), details)).0
                } else {
                    fail(Status::not_found("gone"))
                };
                if !in_trailers {
                    response
                        .headers_mut()
                        .insert("grpc-status-details-bin", details.parse().unwrap());
                }
                response
            });
            let error = get_status(&app(&fake)).await.unwrap_err();
            assert_eq!(
                (error.code(), error.message()),
                (Code::NotFound, "gone"),
                "{details} {in_trailers}"
            );
            assert_eq!((error.reason(), error.raw_reason()), (None, None));
        }
    }
}
