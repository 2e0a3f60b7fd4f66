//! Signs a user in with code that is generated from the proto.

use std::{env, error::Error, fs, process::ExitCode, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};
use tonic_types::StatusExt;

// snippet: include
mod qrlogin {
    tonic::include_proto!("qrlogin.v1");
}
use qrlogin::{
    CreateTicketRequest, ExchangeUserInfoRequest, TicketState, UserInfo, WatchStatusRequest,
    qr_login_service_client::QrLoginServiceClient,
};
// end snippet

// snippet: connect
/// Opens a channel on the first call. It uses plain text, which is for loopback alone, or TLS with these root
/// certificates.
fn connect(address: &str, roots: Option<Certificate>) -> Result<Channel, tonic::transport::Error> {
    let scheme = if roots.is_some() { "https" } else { "http" };
    let mut endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))?
        .connect_timeout(Duration::from_secs(10))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10))
        .keep_alive_while_idle(true);
    if let Some(roots) = roots {
        // `with_native_roots` trusts those of the system.
        endpoint = endpoint.tls_config(ClientTlsConfig::new().ca_certificate(roots))?;
    }
    Ok(endpoint.connect_lazy())
}
// end snippet

// snippet: sign-in
/// Returns the user who has scanned the code and approved, or `None` if nobody has in time.
async fn sign_in(channel: Channel, app_id: &str, app_secret: &str) -> Result<Option<UserInfo>, Status> {
    let credential = format!("Basic {}", BASE64_STANDARD.encode(format!("{app_id}:{app_secret}")));
    let mut credential: MetadataValue<Ascii> =
        credential.parse().map_err(|_| Status::invalid_argument("the credential is no ASCII text"))?;
    credential.set_sensitive(true);
    let mut service = QrLoginServiceClient::with_interceptor(channel, move |mut request: Request<()>| {
        request.metadata_mut().insert("authorization", credential.clone());
        Ok(request)
    });

    let mut request = Request::new(CreateTicketRequest::default());
    request.set_timeout(Duration::from_secs(10));
    let ticket = service.create_ticket(request).await?.into_inner();
    println!("{}", ticket.qr_content); // the text to draw

    // No time-out: a watch lasts as long as its ticket. Dropping it cancels the call.
    let request = WatchStatusRequest { ticket_id: ticket.ticket_id, ticket_secret: ticket.ticket_secret };
    let mut watch = service.watch_status(request).await?.into_inner();
    while let Some(response) = watch.message().await? {
        let Some(status) = response.status else { continue };
        if status.state() == TicketState::Authorized {
            let mut request = Request::new(ExchangeUserInfoRequest {
                exchange_ticket: status.exchange_ticket,
                ..Default::default()
            });
            request.set_timeout(Duration::from_secs(10));
            return Ok(service.exchange_user_info(request).await?.into_inner().user);
        }
    }
    Ok(None) // cancelled or expired
}
// end snippet

// snippet: errors
/// Returns the reason of an error, such as TICKET_EXPIRED, or the status code if the error has none.
fn reason_of(error: &Status) -> String {
    match error.get_details_error_info() {
        Some(info) if info.domain == "qrlogin.v1" => info.reason,
        _ => format!("{:?}", error.code()),
    }
}
// end snippet

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let roots = match env::var("QRLOGIN_ROOT_CERTIFICATES") {
        Ok(file) => Some(Certificate::from_pem(fs::read(file)?)),
        Err(_) => None,
    };
    let channel = connect(&env::var("QRLOGIN_ADDRESS")?, roots)?;
    match sign_in(channel, &env::var("QRLOGIN_APP_ID")?, &env::var("QRLOGIN_APP_SECRET")?).await {
        Ok(Some(user)) => println!("{}", user.user_id),
        Ok(None) => println!("nobody"),
        Err(error) => {
            eprintln!("{}", reason_of(&error));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
