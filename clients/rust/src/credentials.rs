use crate::{BoxError, Error, InvalidArgument};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use tonic::Code;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type TokenSource = dyn Fn() -> BoxFuture<Result<String, BoxError>> + Send + Sync;

/// The value of the metadata key `authorization`, or where it comes from.
#[derive(Clone)]
pub(crate) enum Credentials {
    Fixed(HeaderValue),
    Source(Arc<TokenSource>),
}

impl Credentials {
    /// Takes the credential of an app (RFC 7617).
    pub(crate) fn app(id: &str, secret: &str) -> Result<Self, InvalidArgument> {
        if id.is_empty() || id.contains(':') {
            return Err(InvalidArgument(
                "the app id must not be empty or contain a colon",
            ));
        }
        if secret.is_empty() {
            return Err(InvalidArgument("the app secret must not be empty"));
        }
        to_header(format!(
            "Basic {}",
            STANDARD.encode(format!("{id}:{secret}"))
        ))
        .map(Self::Fixed)
    }

    /// Takes the token of an approver (RFC 6750).
    pub(crate) fn token(token: &str) -> Result<Self, InvalidArgument> {
        to_bearer(token).map(Self::Fixed)
    }

    /// Takes a function that returns the token of an approver for each call.
    pub(crate) fn token_source<F, R>(source: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, BoxError>> + Send + 'static,
    {
        Self::Source(Arc::new(move || Box::pin(source())))
    }

    /// Returns the credential for one call.
    pub(crate) async fn authorization(&self) -> Result<HeaderValue, Error> {
        let source = match self {
            Self::Fixed(value) => return Ok(value.clone()),
            Self::Source(source) => source,
        };
        let token = source().await.map_err(|error| {
            Error::new(
                Code::Unauthenticated,
                "the source of the user token failed",
                Some(error),
            )
        })?;
        to_bearer(&token)
            .map_err(|error| Error::new(Code::Unauthenticated, error.0, Some(error.into())))
    }
}

fn to_bearer(token: &str) -> Result<HeaderValue, InvalidArgument> {
    let characters = token.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    if characters.is_empty() || !characters.bytes().all(is_allowed) {
        return Err(InvalidArgument(
            "the user token is empty or contains a character that a bearer token must not have (RFC 6750)",
        ));
    }
    to_header(format!("Bearer {token}"))
}

fn to_header(text: String) -> Result<HeaderValue, InvalidArgument> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| InvalidArgument("the credential cannot be sent as metadata"))?;
    // Keeps it out of the compression tables of HTTP/2, and out of the textual form of a request.
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(credentials: Result<Credentials, InvalidArgument>) -> HeaderValue {
        match credentials.unwrap() {
            Credentials::Fixed(value) => value,
            Credentials::Source(_) => panic!("not fixed"),
        }
    }

    #[test]
    fn formats_the_credential_of_an_app() {
        assert_eq!(
            fixed(Credentials::app("Aladdin", "open:sesame")),
            "Basic QWxhZGRpbjpvcGVuOnNlc2FtZQ=="
        );
    }

    #[test]
    fn rejects_an_app_id_with_a_colon_and_empty_parts() {
        for (id, secret) in [("", "secret"), ("a:b", "secret"), ("app", "")] {
            assert!(Credentials::app(id, secret).is_err(), "{id:?} {secret:?}");
        }
    }

    #[test]
    fn accepts_what_rfc_6750_allows_in_a_token() {
        assert_eq!(
            fixed(Credentials::token("aB0-._~+/==")),
            "Bearer aB0-._~+/=="
        );
        for token in ["", "=", "a b", "a=b", "a\n", "é"] {
            let error = Credentials::token(token).unwrap_err();
            assert!(token.is_empty() || !error.to_string().contains(&format!("{token:?}")));
        }
    }

    #[test]
    fn shows_no_credential() {
        let credentials = Credentials::app("app", "geheim").unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials([redacted])");
        assert!(!format!("{:?}", fixed(Ok(credentials))).contains("Basic"));
    }
}
