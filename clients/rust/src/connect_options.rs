use crate::InvalidArgument;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

/// The time limit of a call unless the options say otherwise.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);
/// The time limit for a TCP connection, and for a TLS handshake.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The address of the service, and how to connect to it.
///
/// The default is plain text to loopback addresses (127.0.0.0/8, `::1`, `localhost`, `unix:`), and TLS
/// to all others.
///
/// ```
/// use qrlogin::{AppClient, ConnectOptions};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), qrlogin::InvalidArgument> {
/// let options = ConnectOptions::new("localhost:50051").deadline(Duration::from_secs(3));
/// let client = AppClient::new(options, "demo-app", "demo-secret")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct ConnectOptions {
    address: String,
    deadline: Duration,
    tls: Tls,
}

#[derive(Clone)]
enum Tls {
    UnlessLoopback,
    Roots(Vec<u8>),
    Off,
}

impl ConnectOptions {
    /// Takes the address: `HOST:PORT`, `[IPV6]:PORT`, `dns:///HOST:PORT` or `unix:PATH`. Calls are spread
    /// over all IP addresses of the host.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            deadline: DEFAULT_DEADLINE,
            tls: Tls::UnlessLoopback,
        }
    }

    /// Sets the time limit of a call, retries included. It must be above zero; 10 seconds by default. A
    /// watch has none.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Uses TLS with these root certificates (PEM), in place of the trusted roots of the system.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls = Tls::Roots(pem.into());
        self
    }

    /// Uses plain text to an address of any kind. Credentials then cross the network in the clear.
    pub fn plain_text(mut self) -> Self {
        self.tls = Tls::Off;
        self
    }

    pub(crate) fn call_deadline(&self) -> Result<Duration, InvalidArgument> {
        if self.deadline.is_zero() {
            return Err(InvalidArgument("the deadline must be above zero"));
        }
        Ok(self.deadline)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn target(&self) -> Result<Target, InvalidArgument> {
        Target::parse(&self.address)
    }

    /// Returns the endpoint for connections to the target.
    pub(crate) fn endpoint(&self, target: &Target) -> Result<Endpoint, InvalidArgument> {
        let tls = match &self.tls {
            Tls::UnlessLoopback if target.is_loopback() => None,
            Tls::UnlessLoopback => Some(ClientTlsConfig::new().with_enabled_roots()),
            Tls::Roots(pem) => Some(ClientTlsConfig::new().ca_certificate(parse_pem(pem)?)),
            Tls::Off => None,
        };
        let unusable = |_| InvalidArgument("the address cannot be used in a URI");
        let endpoint = match target {
            Target::Unix { path } => {
                Endpoint::from_shared(format!("unix:{path}")).map_err(unusable)?
            }
            Target::Host { authority, .. } => {
                let scheme = if tls.is_some() { "https" } else { "http" };
                Endpoint::from_shared(format!("{scheme}://{authority}")).map_err(unusable)?
            }
        };
        let endpoint = match tls {
            None => endpoint,
            Some(tls) => endpoint
                .tls_config(tls.timeout(CONNECT_TIMEOUT))
                .map_err(|_| {
                    InvalidArgument(
                        "TLS cannot be used: the host cannot be in a certificate, or the root certificates are missing or unreadable",
                    )
                })?,
        };
        endpoint
            .user_agent(concat!("qrlogin-rust/", env!("CARGO_PKG_VERSION")))
            .map_err(|_| InvalidArgument("the user agent cannot be sent"))
    }
}

fn parse_pem(pem: &[u8]) -> Result<Certificate, InvalidArgument> {
    let marker = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(marker.len()).any(|window| window == marker) {
        return Err(InvalidArgument("the root certificates must be in PEM form"));
    }
    Ok(Certificate::from_pem(pem))
}

impl From<&str> for ConnectOptions {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}

impl From<String> for ConnectOptions {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("address", &self.address)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A parsed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Unix {
        path: String,
    },
    Host {
        authority: String,
        host: String,
        port: u16,
    },
}

impl Target {
    fn parse(address: &str) -> Result<Self, InvalidArgument> {
        const FORMS: InvalidArgument = InvalidArgument(
            "the address must be HOST:PORT, [IPV6]:PORT, dns:///HOST:PORT or unix:PATH",
        );
        if let Some(path) = address.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path).to_owned();
            return if path.is_empty() {
                Err(FORMS)
            } else {
                Ok(Self::Unix { path })
            };
        }
        let authority = address.strip_prefix("dns:///").unwrap_or(address);
        let (host, port) = authority.rsplit_once(':').ok_or(FORMS)?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let is_valid = match bracketed {
            Some(ip) => matches!(ip.parse(), Ok(IpAddr::V6(_))),
            None => {
                !host.is_empty()
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            }
        };
        match port.parse() {
            Ok(port) if is_valid => Ok(Self::Host {
                authority: authority.to_owned(),
                host: bracketed.unwrap_or(host).to_owned(),
                port,
            }),
            _ => Err(FORMS),
        }
    }

    /// Reports whether only this machine can be reached. Returns false in case of doubt.
    fn is_loopback(&self) -> bool {
        match self {
            Self::Unix { .. } => true,
            Self::Host { host, .. } => match host.parse::<IpAddr>() {
                Ok(ip) => ip.is_loopback(),
                Err(_) => host.eq_ignore_ascii_case("localhost"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses_tls(options: ConnectOptions) -> Result<bool, InvalidArgument> {
        let endpoint = options.endpoint(&options.target()?)?;
        Ok(endpoint.uri().scheme_str() == Some("https"))
    }

    #[test]
    fn uses_plain_text_to_loopback_addresses_only() {
        for address in [
            "127.0.0.1:50051",
            "127.255.0.9:1",
            "[::1]:50051",
            "localhost:50051",
            "LOCALHOST:50051",
            "dns:///localhost:50051",
            "unix:/run/qrlogin.sock",
            "unix:///run/qrlogin.sock",
        ] {
            assert_eq!(uses_tls(address.into()), Ok(false), "{address}");
        }
        for address in [
            "qr.example.com:443",
            "10.0.0.1:50051",
            "128.0.0.1:50051",
            "0.0.0.0:50051",
            "[::]:50051",
            "[2001:db8::1]:50051",
            "[::ffff:127.0.0.1]:50051",
            "localhost.example.com:50051",
            "127.0.0.1.example.com:50051",
            "localhost.:50051",
            "a.localhost:50051",
            "dns:///qr.example.com:443",
        ] {
            assert_eq!(uses_tls(address.into()), Ok(true), "{address}");
            assert_eq!(
                uses_tls(ConnectOptions::new(address).plain_text()),
                Ok(false),
                "{address}"
            );
        }
    }

    #[test]
    fn rejects_an_address_of_another_form() {
        for address in [
            "",
            "host",
            ":1",
            "host:",
            "host:65536",
            "host:x",
            "::1:50051",
            "[::1]",
            "[host]:1",
            "http://host:1",
            "user@host:1",
            "host/path:1",
            "unix:",
            "host :1",
        ] {
            assert!(ConnectOptions::new(address).target().is_err(), "{address}");
        }
    }

    #[test]
    fn rejects_a_host_that_no_certificate_can_be_for() {
        assert!(uses_tls("127.1:50051".into()).is_err());
    }

    #[test]
    fn rejects_a_deadline_of_zero() {
        let options = ConnectOptions::new("localhost:1").deadline(Duration::ZERO);
        assert!(crate::AppClient::new(options, "shop", "geheim").is_err());
    }

    #[test]
    fn rejects_root_certificates_that_are_not_pem() {
        let error = uses_tls(ConnectOptions::new("localhost:1").root_certificates("garbage"));
        assert!(error.unwrap_err().to_string().contains("PEM"));
    }
}
