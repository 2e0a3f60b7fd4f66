#include "qrlogin/pkce.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base64.h"

namespace qrlogin {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string EncodeDigits(const std::array<unsigned char, 32>& bytes) {
  return internal::EncodeBase64Url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string CreateCodeVerifier() {
  std::array<unsigned char, 32> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("The system has no random numbers");
  return EncodeDigits(bytes);
}

std::string CodeChallengeOf(std::string_view code_verifier) {
  if (code_verifier.size() < 43 || code_verifier.size() > 128 ||
      !std::all_of(code_verifier.begin(), code_verifier.end(), IsUnreserved)) {
    throw std::invalid_argument(
        "A code verifier must have 43 to 128 characters of A-Z, a-z, 0-9, '-', '.', '_' and '~' "
        "(RFC 7636)");
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  if (EVP_Digest(code_verifier.data(), code_verifier.size(), digest.data(), nullptr, EVP_sha256(),
                 nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-256");
  return EncodeDigits(digest);
}

}  // namespace qrlogin
