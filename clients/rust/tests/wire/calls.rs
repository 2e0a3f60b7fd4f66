//! Deadlines and connections of calls.

use crate::support::{Fake, Then, app, get_status, respond, stream};
use qrlogin::v1::*;
use qrlogin::{AppClient, ApproverClient, Code};
use std::time::Duration;

#[tokio::test]
async fn sends_the_deadline_and_ends_the_call_after_it() {
    let fake = Fake::start(|_| stream([], Then::Wait).0);
    let error = get_status(&app(&fake).with_deadline(Duration::from_millis(50)))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
    let sent = fake.requests()[0].headers["grpc-timeout"]
        .to_str()
        .unwrap()
        .to_owned();
    let nanos: u64 = sent.strip_suffix('n').unwrap().parse().unwrap();
    assert!((1..=50_000_000).contains(&nanos), "{sent}");
    // A deadline without end neither overflows nor panics.
    let fake = Fake::start(|_| respond(&GetStatusResponse::default()));
    get_status(&app(&fake).with_deadline(Duration::MAX))
        .await
        .unwrap();
}

#[tokio::test]
async fn closing_ends_the_calls_of_all_clones_and_of_the_generated_client() {
    let fake = Fake::start(|_| stream([], Then::Wait).0);
    let client = app(&fake);
    let mut generated = client.generated();
    let (other, closer) = (client.clone(), client.clone());
    let close = async {
        while fake.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
        closer.close();
    };
    let (call, raw, ()) = tokio::join!(
        get_status(&other),
        generated.get_status(GetStatusRequest::default()),
        close
    );
    assert_eq!(call.unwrap_err().code(), Code::Cancelled);
    assert_eq!(raw.unwrap_err().code(), Code::Cancelled);
    assert_eq!(
        get_status(&client).await.unwrap_err().code(),
        Code::Cancelled
    );
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn connects_again_after_the_server_was_away() {
    let fake = Fake::start(|_| respond(&CreateTicketResponse::default()));
    let port = fake.port();
    let client = app(&fake);
    client
        .create_ticket(CreateTicketRequest::default())
        .await
        .unwrap();
    drop(fake);
    // Ends once the client has noticed.
    let error = client
        .create_ticket(CreateTicketRequest::default())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    let fake = Fake::start_on(port, |_| respond(&CreateTicketResponse::default()));
    client
        .create_ticket(CreateTicketRequest::default())
        .await
        .unwrap();
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn sends_even_an_exchange_to_another_address_if_one_cannot_be_reached() {
    // The fake server listens on one of the addresses of localhost only.
    let fake = Fake::start(|_| respond(&ExchangeUserInfoResponse::default()));
    let client = AppClient::new(format!("localhost:{}", fake.port()), "shop", "geheim").unwrap();
    for _ in 0..4 {
        client
            .exchange_user_info(ExchangeUserInfoRequest::default())
            .await
            .unwrap();
    }
    assert_eq!(fake.requests().len(), 4);
}

#[test]
fn futures_and_clients_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    fn assert_shared<T: Send + Sync + Clone + 'static>() {}
    assert_shared::<AppClient>();
    assert_shared::<ApproverClient>();
    let client = AppClient::new("127.0.0.1:1", "shop", "geheim").unwrap();
    assert_send(&client.get_status(GetStatusRequest::default()));
    assert_send(&client.watch_status(WatchStatusRequest::default()).next());
}

#[cfg(unix)]
#[tokio::test]
async fn reaches_a_unix_socket() {
    let fake = Fake::start(|_| respond(&GetStatusResponse::default()));
    let path = std::env::temp_dir().join(format!("qrlogin-rust-{}.sock", std::process::id()));
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let server = fake.address();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = tokio::net::TcpStream::connect(&server).await.unwrap();
            tokio::io::copy_bidirectional(&mut client, &mut server)
                .await
                .unwrap();
        }
    });
    let client = AppClient::new(format!("unix:{}", path.display()), "shop", "geheim").unwrap();
    let response = get_status(&client).await;
    std::fs::remove_file(&path).unwrap();
    response.unwrap();
}
