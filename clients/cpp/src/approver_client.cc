#include "qrlogin/approver_client.h"

#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "connection.h"

namespace qrlogin {
namespace {

using internal::Stub;

/// Returns the user's credential (RFC 6750). Checks it here: gRPC ends the program if metadata has
/// a character that HTTP does not allow.
std::string FormatBearer(const std::string& token) {
  static constexpr char kAllowed[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
  const std::size_t padding = token.find_last_not_of('=') + 1;
  const std::string_view characters = std::string_view(token).substr(0, padding);
  if (characters.empty() || characters.find_first_not_of(kAllowed) != std::string_view::npos) {
    throw std::invalid_argument(
        "The user token is empty or has a character that a bearer token must not have (RFC 6750)");
  }
  return "Bearer " + token;
}

std::function<std::string()> Bearer(TokenSource source) {
  if (!source) throw std::invalid_argument("token_source must not be empty");
  return [source = std::move(source)] { return FormatBearer(source()); };
}

TokenSource FixedToken(const std::string& token) {
  FormatBearer(token);
  return [token] { return token; };
}

}  // namespace

ApproverClient::ApproverClient(const ClientOptions& options, TokenSource token_source)
    : connection_(
          std::make_shared<internal::Connection>(options, Bearer(std::move(token_source)))) {}

ApproverClient::ApproverClient(const ClientOptions& options, const std::string& token)
    : ApproverClient(options, FixedToken(token)) {}

ApproverClient::ApproverClient(ApproverClient&&) noexcept = default;

ApproverClient& ApproverClient::operator=(ApproverClient&& other) noexcept {
  if (this == &other) return *this;
  Close();
  connection_ = std::move(other.connection_);
  return *this;
}

ApproverClient::~ApproverClient() { Close(); }

v1::MarkScannedResponse ApproverClient::MarkScanned(const v1::MarkScannedRequest& request,
                                                    const CallOptions& options) {
  return connection_->Call(&Stub::MarkScanned, request, options);
}

v1::AuthorizeResponse ApproverClient::Authorize(const v1::AuthorizeRequest& request,
                                                const CallOptions& options) {
  return connection_->Call(&Stub::Authorize, request, options);
}

v1::CancelResponse ApproverClient::Cancel(const v1::CancelRequest& request,
                                          const CallOptions& options) {
  return connection_->Call(&Stub::Cancel, request, options);
}

std::shared_ptr<v1::QrLoginService::StubInterface> ApproverClient::stub() const {
  return connection_->calls();
}

void ApproverClient::AddCredentials(grpc::ClientContext* context) const {
  connection_->Authorize(*context);
}

void ApproverClient::Close() noexcept {
  if (connection_) connection_->Close();
}

}  // namespace qrlogin
