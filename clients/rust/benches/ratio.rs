//! Prints how long the layer takes in proportion to the bare generated client, against `QRLOGIN_ADDRESS`.

use qrlogin::v1::qr_login_service_client::QrLoginServiceClient;
use qrlogin::v1::{CreateTicketRequest, GetSigningKeysRequest, WatchStatusRequest};
use qrlogin::{AppClient, BoxError};
use std::time::{Duration, Instant};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

/// The credential of demo-app with demo-secret.
const AUTHORIZATION: &str = "Basic ZGVtby1hcHA6ZGVtby1zZWNyZXQ=";
const CALLS: u32 = 1_000;
const WATCHES: u32 = 300;
const ROUNDS: u32 = 10;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let address = std::env::var("QRLOGIN_ADDRESS")?;
    let layer = AppClient::new(address.as_str(), "demo-app", "demo-secret")?;
    let bare = Bare {
        client: QrLoginServiceClient::new(
            Endpoint::from_shared(format!("http://{address}"))?.connect_lazy(),
        ),
        authorization: AUTHORIZATION.parse()?,
    };
    // Both have a connection before the first round.
    measure_calls(&layer, &bare, 10).await?;
    measure_watches(&layer, &bare, 2).await?;

    let (mut calls, mut watches) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        calls.add(measure_calls(&layer, &bare, CALLS / ROUNDS).await?);
        watches.add(measure_watches(&layer, &bare, WATCHES / ROUNDS).await?);
    }
    calls.print("GetSigningKeys", CALLS);
    watches.print("WatchStatus until the first status", WATCHES);
    Ok(())
}

/// The generated client as tonic has it.
struct Bare {
    client: QrLoginServiceClient<Channel>,
    authorization: MetadataValue<Ascii>,
}

impl Bare {
    fn request<M>(&self, message: M) -> tonic::Request<M> {
        let mut request = tonic::Request::new(message);
        request
            .metadata_mut()
            .insert("authorization", self.authorization.clone());
        request
    }
}

#[derive(Default)]
struct Times {
    layer: Duration,
    bare: Duration,
}

impl Times {
    fn add(&mut self, other: Self) {
        self.layer += other.layer;
        self.bare += other.bare;
    }

    fn print(&self, name: &str, count: u32) {
        let ratio = self.layer.as_secs_f64() / self.bare.as_secs_f64();
        let (layer, bare) = (self.layer / count, self.bare / count);
        println!("{name}: layer {layer:.1?}, generated client {bare:.1?}, ratio {ratio:.2}");
    }
}

async fn measure_calls(layer: &AppClient, bare: &Bare, count: u32) -> Result<Times, BoxError> {
    let start = Instant::now();
    for _ in 0..count {
        layer.get_signing_keys(GetSigningKeysRequest {}).await?;
    }
    let middle = Instant::now();
    let mut client = bare.client.clone();
    for _ in 0..count {
        client
            .get_signing_keys(bare.request(GetSigningKeysRequest {}))
            .await?;
    }
    Ok(Times {
        layer: middle - start,
        bare: middle.elapsed(),
    })
}

async fn measure_watches(layer: &AppClient, bare: &Bare, count: u32) -> Result<Times, BoxError> {
    let ttl = Some(prost_types::Duration {
        seconds: 60,
        nanos: 0,
    });
    let ticket = layer
        .create_ticket(CreateTicketRequest {
            ttl,
            ..Default::default()
        })
        .await?;
    let request = WatchStatusRequest {
        ticket_id: ticket.ticket_id,
        ticket_secret: ticket.ticket_secret,
    };
    let start = Instant::now();
    for _ in 0..count {
        let status = layer.watch_status(request.clone()).next().await;
        status.ok_or("the watch has no status")??;
    }
    let middle = Instant::now();
    let mut client = bare.client.clone();
    for _ in 0..count {
        let mut stream = client
            .watch_status(bare.request(request.clone()))
            .await?
            .into_inner();
        stream.message().await?.ok_or("the stream has no status")?;
    }
    Ok(Times {
        layer: middle - start,
        bare: middle.elapsed(),
    })
}
