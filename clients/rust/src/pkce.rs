use crate::InvalidArgument;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A code verifier of PKCE (RFC 7636).
///
/// Keep it where the sign-in began, and pass it to
/// [`exchange_user_info`](crate::AppClient::exchange_user_info). Pass only its
/// [`challenge`](Self::challenge) to [`create_ticket`](crate::AppClient::create_ticket).
#[derive(Clone, PartialEq, Eq)]
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// Creates a verifier of 256 random bits: 43 characters of base64url.
    #[must_use]
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// Takes a verifier that was created before, such as one from a session.
    ///
    /// # Errors
    ///
    /// Fails unless the text has 43 to 128 characters of `A-Z`, `a-z`, `0-9`, `-`, `.`, `_` and `~`.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidArgument> {
        let text = text.into();
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if !(43..=128).contains(&text.len()) || !text.bytes().all(is_allowed) {
            return Err(InvalidArgument(
                "a code verifier must have 43 to 128 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~' (RFC 7636)",
            ));
        }
        Ok(Self(text))
    }

    /// Returns the code challenge by the method S256: 43 characters of base64url.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }

    /// Returns the text of the verifier, a secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<CodeVerifier> for String {
    fn from(verifier: CodeVerifier) -> Self {
        verifier.0
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_the_challenge_of_rfc_7636_appendix_b() {
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(
            verifier.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn creates_verifiers_that_differ_and_are_valid() {
        let (one, other) = (CodeVerifier::random(), CodeVerifier::random());
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 43);
        assert_eq!(CodeVerifier::new(one.as_str()), Ok(one.clone()));
    }

    #[test]
    fn rejects_what_rfc_7636_does_not_allow() {
        let invalid = [
            String::new(),
            "a".repeat(42),
            "a".repeat(129),
            format!("{}+", "a".repeat(43)),
            format!("{}é", "a".repeat(43)),
            format!("{}\n", "a".repeat(43)),
        ];
        for text in invalid {
            let error = CodeVerifier::new(text.clone()).unwrap_err();
            assert!(error.to_string().contains("43 to 128"));
        }
        assert!(CodeVerifier::new("a".repeat(43)).is_ok());
        assert!(CodeVerifier::new("~".repeat(128)).is_ok());
    }

    #[test]
    fn does_not_show_the_verifier() {
        let verifier = CodeVerifier::random();
        assert!(!format!("{verifier:?}").contains(verifier.as_str()));
    }
}
