#include "qrlogin/app_client.h"

#include <stdexcept>
#include <utility>

#include "base64.h"
#include "connection.h"
#include "watch_loop.h"

namespace qrlogin {
namespace {

using internal::Stub;

/// Returns the credentials in HTTP's Basic scheme (RFC 7617).
std::string FormatBasic(const AppCredentials& credentials) {
  const auto& [app_id, app_secret] = credentials;
  if (app_id.empty() || app_id.find(':') != std::string::npos)
    throw std::invalid_argument("app_id must not be empty or contain a colon");
  if (app_secret.empty()) throw std::invalid_argument("app_secret must not be empty");
  return "Basic " + internal::EncodeBase64(app_id + ":" + app_secret);
}

}  // namespace

AppClient::AppClient(const ClientOptions& options, const AppCredentials& credentials)
    : connection_(std::make_shared<internal::Connection>(
          options, [basic = FormatBasic(credentials)] { return basic; })) {}

AppClient::AppClient(AppClient&&) noexcept = default;

AppClient& AppClient::operator=(AppClient&& other) noexcept {
  if (this == &other) return *this;
  Close();
  connection_ = std::move(other.connection_);
  return *this;
}

AppClient::~AppClient() { Close(); }

v1::CreateTicketResponse AppClient::CreateTicket(const v1::CreateTicketRequest& request,
                                                 const CallOptions& options) {
  return connection_->Call(&Stub::CreateTicket, request, options);
}

v1::GetStatusResponse AppClient::GetStatus(const v1::GetStatusRequest& request,
                                           const CallOptions& options) {
  return connection_->Call(&Stub::GetStatus, request, options);
}

Watch AppClient::WatchStatus(const v1::WatchStatusRequest& request, const WatchOptions& options) {
  return Watch(std::make_unique<internal::WatchLoop>(connection_, request, options));
}

v1::SubmitCheckCodeResponse AppClient::SubmitCheckCode(const v1::SubmitCheckCodeRequest& request,
                                                       const CallOptions& options) {
  return connection_->Call(&Stub::SubmitCheckCode, request, options);
}

v1::WithdrawResponse AppClient::Withdraw(const v1::WithdrawRequest& request,
                                         const CallOptions& options) {
  return connection_->Call(&Stub::Withdraw, request, options);
}

v1::ExchangeUserInfoResponse AppClient::ExchangeUserInfo(const v1::ExchangeUserInfoRequest& request,
                                                         const CallOptions& options) {
  return connection_->Call(&Stub::ExchangeUserInfo, request, options);
}

v1::GetSigningKeysResponse AppClient::GetSigningKeys(const v1::GetSigningKeysRequest& request,
                                                     const CallOptions& options) {
  return connection_->Call(&Stub::GetSigningKeys, request, options);
}

std::shared_ptr<v1::QrLoginService::StubInterface> AppClient::stub() const {
  return connection_->calls();
}

void AppClient::AddCredentials(grpc::ClientContext* context) const {
  connection_->Authorize(*context);
}

void AppClient::Close() noexcept {
  if (connection_) connection_->Close();
}

}  // namespace qrlogin
