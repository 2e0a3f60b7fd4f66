//! A website's back end: prints the text of the QR code, watches the ticket, and prints the user.

use qrlogin::v1::{
    CreateTicketRequest, CreatorCapability, ExchangeUserInfoRequest, RequesterContext,
    SubmitCheckCodeRequest, TicketState, UserInfo, WatchStatusRequest,
};
use qrlogin::{AppClient, CodeVerifier};
use std::env;
use std::error::Error;
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let client = AppClient::new(
        setting("QRLOGIN_ADDRESS", "127.0.0.1:50051"),
        &setting("QRLOGIN_APP_ID", "demo-app"),
        &setting("QRLOGIN_APP_SECRET", "demo-secret"),
    )?;
    let user = sign_in(&client).await?;
    println!("Hello, {} ({})", user.nickname, user.user_id);
    Ok(())
}

// snippet: sign-in
/// Signs one user in.
async fn sign_in(client: &AppClient) -> Result<UserInfo, Box<dyn Error>> {
    let verifier = CodeVerifier::random();
    let ticket = client
        .create_ticket(CreateTicketRequest {
            code_challenge: verifier.challenge(),
            requester: Some(RequesterContext {
                device_name: "The website example".to_owned(),
                ..Default::default()
            }),
            capabilities: vec![
                CreatorCapability::CheckCode.into(),
                CreatorCapability::QrCodeSteps.into(),
            ],
            ..Default::default()
        })
        .await?;
    let mut shown = ticket.qr_content;
    println!("{shown}");

    let mut watch = client.watch_status(WatchStatusRequest {
        ticket_id: ticket.ticket_id.clone(),
        ticket_secret: ticket.ticket_secret.clone(),
    });
    while let Some(status) = watch.next().await {
        let status = status?;
        match status.state() {
            TicketState::Authorized => {
                let response = client
                    .exchange_user_info(ExchangeUserInfoRequest {
                        exchange_ticket: status.exchange_ticket,
                        code_verifier: verifier.into(),
                    })
                    .await?;
                return response
                    .user
                    .ok_or_else(|| "the response has no user".into());
            }
            TicketState::AwaitingCheckCode => {
                submit_check_code(client, &ticket.ticket_id, &ticket.ticket_secret).await?;
            }
            _ => {}
        }
        // A code that changes is drawn again.
        if let Some(step) = status.qr_code_step.filter(|step| step.qr_content != shown) {
            shown = step.qr_content;
            println!("{shown}");
        }
    }
    Err("the sign-in was declined or took too long".into())
}
// end snippet

/// Asks for the number that the phone shows, and submits it. After a wrong one, the watch sends the new status.
async fn submit_check_code(
    client: &AppClient,
    ticket_id: &str,
    ticket_secret: &str,
) -> Result<(), Box<dyn Error>> {
    println!("Type the number that the phone shows:");
    let mut line = String::new();
    BufReader::new(stdin()).read_line(&mut line).await?;
    let request = SubmitCheckCodeRequest {
        ticket_id: ticket_id.to_owned(),
        ticket_secret: ticket_secret.to_owned(),
        check_code: line.trim().to_owned(),
        ..Default::default()
    };
    match client.submit_check_code(request).await {
        Err(error) if error.attempts_left().is_none() => Err(error.into()),
        Err(error) => {
            eprintln!("{}", error.message());
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}
