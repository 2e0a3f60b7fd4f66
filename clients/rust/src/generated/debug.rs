// This file is @generated from the comments of the proto: a field that says "Never log it" is redacted.
use super::*;

/// Stands for a secret in the textual form of a message. Shows only whether there is one.
fn redacted(is_empty: bool) -> &'static str {
    if is_empty { "" } else { "[redacted]" }
}

/// Returns the name of a value of an enum, or its number if this version does not know it.
fn name_of<E: TryFrom<i32> + core::fmt::Debug>(value: i32) -> String {
    E::try_from(value).map_or_else(|_| value.to_string(), |known| format!("{known:?}"))
}

impl core::fmt::Debug for TicketStatus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TicketStatus")
            .field("ticket_id", &self.ticket_id)
            .field("state", &format_args!("{}", name_of::< TicketState > (self.state)))
            .field("revision", &self.revision)
            .field("expire_time", &self.expire_time)
            .field("remaining_duration", &self.remaining_duration)
            .field("scanned_by", &self.scanned_by)
            .field("exchange_ticket", &redacted(self.exchange_ticket.is_empty()))
            .field(
                "cancel_reason",
                &format_args!("{}", name_of::< CancelReason > (self.cancel_reason)),
            )
            .field("check_code_digits", &self.check_code_digits)
            .field("check_code_attempts_left", &self.check_code_attempts_left)
            .field("qr_code_step", &self.qr_code_step)
            .finish()
    }
}
impl core::fmt::Debug for QrCodeStep {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("QrCodeStep")
            .field("number", &self.number)
            .field("qr_content", &redacted(self.qr_content.is_empty()))
            .field("remaining_duration", &self.remaining_duration)
            .finish()
    }
}
impl core::fmt::Debug for CreateTicketResponse {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CreateTicketResponse")
            .field("ticket_id", &self.ticket_id)
            .field("ticket_secret", &redacted(self.ticket_secret.is_empty()))
            .field("qr_content", &redacted(self.qr_content.is_empty()))
            .field("qr_image", &self.qr_image)
            .field("expire_time", &self.expire_time)
            .field("remaining_duration", &self.remaining_duration)
            .field("min_poll_interval", &self.min_poll_interval)
            .field("qr_code_step", &self.qr_code_step)
            .finish()
    }
}
impl core::fmt::Debug for QrImage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("QrImage")
            .field("media_type", &self.media_type)
            .field("data", &redacted(self.data.is_empty()))
            .finish()
    }
}
impl core::fmt::Debug for GetStatusRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("GetStatusRequest")
            .field("ticket_id", &self.ticket_id)
            .field("ticket_secret", &redacted(self.ticket_secret.is_empty()))
            .finish()
    }
}
impl core::fmt::Debug for WatchStatusRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WatchStatusRequest")
            .field("ticket_id", &self.ticket_id)
            .field("ticket_secret", &redacted(self.ticket_secret.is_empty()))
            .finish()
    }
}
impl core::fmt::Debug for MarkScannedRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MarkScannedRequest")
            .field("capabilities", &self.capabilities)
            .field("scanned", &self.scanned)
            .finish()
    }
}
impl core::fmt::Debug for mark_scanned_request::Scanned {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::QrContent(value) => {
                f.debug_tuple("QrContent").field(&redacted(value.is_empty())).finish()
            }
            Self::TicketId(value) => f.debug_tuple("TicketId").field(value).finish(),
        }
    }
}
impl core::fmt::Debug for AuthorizeResponse {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AuthorizeResponse")
            .field("state", &format_args!("{}", name_of::< TicketState > (self.state)))
            .field("revision", &self.revision)
            .field("check_code", &redacted(self.check_code.is_empty()))
            .field("remaining_duration", &self.remaining_duration)
            .finish()
    }
}
impl core::fmt::Debug for SubmitCheckCodeRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SubmitCheckCodeRequest")
            .field("ticket_id", &self.ticket_id)
            .field("ticket_secret", &redacted(self.ticket_secret.is_empty()))
            .field("check_code", &redacted(self.check_code.is_empty()))
            .field("ip_address", &self.ip_address)
            .finish()
    }
}
impl core::fmt::Debug for WithdrawRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WithdrawRequest")
            .field("ticket_id", &self.ticket_id)
            .field("ticket_secret", &redacted(self.ticket_secret.is_empty()))
            .finish()
    }
}
impl core::fmt::Debug for ExchangeUserInfoRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ExchangeUserInfoRequest")
            .field("exchange_ticket", &redacted(self.exchange_ticket.is_empty()))
            .field("code_verifier", &redacted(self.code_verifier.is_empty()))
            .finish()
    }
}
impl core::fmt::Debug for TokenSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TokenSet")
            .field("id_token", &redacted(self.id_token.is_empty()))
            .field("access_token", &redacted(self.access_token.is_empty()))
            .field("expire_time", &self.expire_time)
            .field("remaining_duration", &self.remaining_duration)
            .finish()
    }
}
