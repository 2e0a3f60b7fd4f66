//! The phone: takes the text of a QR code, shows who is asking, and approves or declines.

use qrlogin::ApproverClient;
use qrlogin::v1::mark_scanned_request::Scanned;
use qrlogin::v1::{
    AuthorizeRequest, CancelRequest, ContextSource, MarkScannedRequest, MarkScannedResponse,
    PhoneCapability,
};
use std::env;
use std::error::Error;
use std::io::{Write as _, stdin, stdout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scanned = env::args().nth(1).ok_or("usage: phone TEXT")?;
    let address = env::var("QRLOGIN_ADDRESS").unwrap_or_else(|_| "127.0.0.1:50051".to_owned());
    let token = env::var("QRLOGIN_USER_TOKEN")
        .map_err(|_| "QRLOGIN_USER_TOKEN must hold a token of the user")?;
    let client = ApproverClient::new(address, &token)?;

    let request = client
        .mark_scanned(MarkScannedRequest {
            scanned: Some(Scanned::QrContent(scanned)),
            capabilities: vec![PhoneCapability::CheckCode.into()],
        })
        .await?;
    let website = request.app.as_ref().map_or("The website", |app| &app.name);
    show(website, &request);

    let ticket_id = request.ticket_id.clone();
    if !user_consents()? {
        client.cancel(CancelRequest { ticket_id }).await?;
        println!("Declined.");
        return Ok(());
    }
    let approval = client.authorize(AuthorizeRequest { ticket_id }).await?;
    if approval.check_code.is_empty() {
        println!("Approved.");
    } else {
        println!(
            "Type this number on {website} only: {}",
            approval.check_code
        );
        println!("Never tell it to anybody, not by phone, chat or mail.");
    }
    Ok(())
}

/// Shows who is asking, by source. What the page claims is in quotation marks: an attacker may have written it.
fn show(website: &str, request: &MarkScannedResponse) {
    println!("{website} asks you to sign in.");
    let requester = request.requester.clone().unwrap_or_default();
    let items = [
        (
            "network address",
            &requester.ip_address,
            requester.ip_address_source(),
        ),
        (
            "browser",
            &requester.user_agent,
            requester.user_agent_source(),
        ),
        (
            "device",
            &requester.device_name,
            requester.device_name_source(),
        ),
        ("location", &requester.location, requester.location_source()),
    ];
    for (name, value, source) in items.into_iter().filter(|(_, value, _)| !value.is_empty()) {
        let origin = match source {
            ContextSource::ObservedByGateway => "Seen by the sign-in service",
            ContextSource::StatedByApp => "The website says",
            // A source that this version does not know counts as a claim.
            _ => "The page says (not checked)",
        };
        println!("  {origin}: {name} {value:?}");
    }
}

fn user_consents() -> Result<bool, Box<dyn Error>> {
    print!(
        "Is the code on a screen in front of you, on a page that you opened yourself just now? [y/N] "
    );
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}
