// Signs a user in with code that is generated from the proto.
// snippet: include
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "error_details.pb.h"
#include "qrlogin/v1/qr_login_service.grpc.pb.h"

namespace v1 = qrlogin::v1;
// end snippet

namespace {

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Returns a text in base64.
std::string Base64(const std::string& text) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  unsigned bits = 0;
  int count = 0;
  for (const unsigned char byte : text) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) encoded += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) encoded += kAlphabet[bits << (6 - count) & 63];
  encoded.append((4 - encoded.size() % 4) % 4, '=');
  return encoded;
}

// snippet: connect
// Opens a channel. It uses plain text, which is for loopback alone, or TLS with these root
// certificates.
std::shared_ptr<grpc::Channel> Connect(const std::string& address,
                                       const std::optional<std::string>& root_certificates) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ReadFile("service_config.json"));
  // A service config in the DNS could have exchanges repeated.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (root_certificates) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = *root_certificates;  // empty: the roots that gRPC finds
    credentials = grpc::SslCredentials(options);
  }
  return grpc::CreateCustomChannel(address, credentials, arguments);
}
// end snippet

// snippet: sign-in
// Signs a user in. `credential` is "Basic " and the base64 of "app_id:app_secret".
grpc::Status SignIn(v1::QrLoginService::Stub& service, const std::string& credential,
                    v1::UserInfo& user) {
  const auto in_ten_seconds = [] {
    return std::chrono::system_clock::now() + std::chrono::seconds(10);
  };
  v1::CreateTicketResponse ticket;
  {
    grpc::ClientContext context;
    context.AddMetadata("authorization", credential);
    context.set_deadline(in_ten_seconds());
    const grpc::Status status = service.CreateTicket(&context, {}, &ticket);
    if (!status.ok()) return status;
  }
  std::cout << ticket.qr_content() << std::endl;  // the text to draw

  grpc::ClientContext watch_context;  // no deadline: a watch lasts as long as its ticket
  watch_context.AddMetadata("authorization", credential);
  v1::WatchStatusRequest request;
  request.set_ticket_id(ticket.ticket_id());
  request.set_ticket_secret(ticket.ticket_secret());
  const auto watch = service.WatchStatus(&watch_context, request);
  v1::WatchStatusResponse response;
  while (watch->Read(&response)) {
    if (response.status().state() != v1::TICKET_STATE_AUTHORIZED) continue;
    grpc::ClientContext context;
    context.AddMetadata("authorization", credential);
    context.set_deadline(in_ten_seconds());
    v1::ExchangeUserInfoRequest exchange;
    exchange.set_exchange_ticket(response.status().exchange_ticket());
    v1::ExchangeUserInfoResponse exchanged;
    const grpc::Status status = service.ExchangeUserInfo(&context, exchange, &exchanged);
    user = exchanged.user();
    watch_context.TryCancel();
    watch->Finish();
    return status;
  }
  const grpc::Status end = watch->Finish();
  return end.ok() ? grpc::Status(grpc::StatusCode::CANCELLED, "cancelled or expired") : end;
}
// end snippet

// snippet: errors
// Returns the reason of an error, such as TICKET_EXPIRED, or "" if the error has none.
std::string ReasonOf(const grpc::Status& error) {
  qrlogin::internal::Status status;
  if (!status.ParseFromString(error.error_details())) return "";
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.type_url() != "type.googleapis.com/google.rpc.ErrorInfo") continue;
    qrlogin::internal::ErrorInfo info;
    if (info.ParseFromString(detail.value()) && info.domain() == "qrlogin.v1")
      return info.reason();
  }
  return "";
}
// end snippet

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main() {
  std::optional<std::string> root_certificates;
  const std::string file = Variable("QRLOGIN_ROOT_CERTIFICATES");
  if (!file.empty()) root_certificates = ReadFile(file);
  const auto channel = Connect(Variable("QRLOGIN_ADDRESS"), root_certificates);
  const auto service = v1::QrLoginService::NewStub(channel);
  v1::UserInfo user;
  const std::string app = Variable("QRLOGIN_APP_ID") + ":" + Variable("QRLOGIN_APP_SECRET");
  const grpc::Status status = SignIn(*service, "Basic " + Base64(app), user);
  if (!status.ok()) {
    std::cerr << ReasonOf(status) << std::endl;
    return 1;
  }
  std::cout << user.user_id() << std::endl;
}
