#ifndef QRLOGIN_SRC_BASE64_H_
#define QRLOGIN_SRC_BASE64_H_

#include <string>
#include <string_view>

namespace qrlogin::internal {

/// Returns the bytes in base64 (RFC 4648, section 4), with padding.
std::string EncodeBase64(std::string_view bytes);

/// Returns the bytes in base64url (RFC 4648, section 5), without padding.
std::string EncodeBase64Url(std::string_view bytes);

}  // namespace qrlogin::internal

#endif  // QRLOGIN_SRC_BASE64_H_
