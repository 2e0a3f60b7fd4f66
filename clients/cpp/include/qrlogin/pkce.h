#ifndef QRLOGIN_PKCE_H_
#define QRLOGIN_PKCE_H_

#include <string>
#include <string_view>

namespace qrlogin {

/// Returns a new PKCE code verifier (RFC 7636): 256 random bits, 43 characters of base64url. Keep
/// it where the sign-in began, and pass it to ExchangeUserInfo. Pass only its challenge to
/// CreateTicket.
///
/// Throws `std::runtime_error` if the system has no randomness.
std::string CreateCodeVerifier();

/// Returns the code challenge of a verifier by PKCE's method S256: 43 characters of base64url.
///
/// Throws `std::invalid_argument` if the verifier does not consist of 43 to 128 characters that
/// RFC 7636 allows.
std::string CodeChallengeOf(std::string_view code_verifier);

}  // namespace qrlogin

#endif  // QRLOGIN_PKCE_H_
