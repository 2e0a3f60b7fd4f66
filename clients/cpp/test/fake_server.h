#ifndef QRLOGIN_TEST_FAKE_SERVER_H_
#define QRLOGIN_TEST_FAKE_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "error_details.pb.h"
#include "qrlogin/options.h"
#include "qrlogin/v1/qr_login_service.grpc.pb.h"

namespace qrlogin::test {

/// Returns an error as the service sends it.
inline grpc::Status Failure(grpc::StatusCode code, const std::string& reason,
                            std::optional<std::chrono::milliseconds> retry_after = std::nullopt,
                            const std::string& domain = "qrlogin.v1") {
  internal::Status details;
  const auto add = [&details](const char* type, const google::protobuf::Message& message) {
    auto& detail = *details.add_details();
    detail.set_type_url(std::string("type.googleapis.com/google.rpc.") + type);
    detail.set_value(message.SerializeAsString());
  };
  internal::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(domain);
  add("ErrorInfo", info);
  if (retry_after) {
    internal::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(retry_after->count()) * 1'000'000);
    add("RetryInfo", retry);
  }
  return grpc::Status(code, "A message for people", details.SerializeAsString());
}

/// Waits until the client has ended the call.
inline void WaitForCancellation(const grpc::ServerContext& context) {
  // The synchronous API of gRPC has no event for it.
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable never;
  while (!context.IsCancelled()) never.wait_for(lock, std::chrono::milliseconds(1));
}

/// A server of this process, whose answers a test sets before the calls.
class FakeServer : public v1::QrLoginService::Service {
 public:
  using Writer = grpc::ServerWriter<v1::WatchStatusResponse>;

  /// A call that arrived.
  struct Call {
    std::string method;
    std::string authorization;
    std::string peer;
    bool has_deadline;
    std::chrono::steady_clock::time_point time;
  };

  FakeServer() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    options_.address = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeServer() override { Stop(); }

  void Stop() { server_->Shutdown(std::chrono::system_clock::now()); }

  const ClientOptions& options() const { return options_; }

  /// The answer to a unary call. `number` counts all calls from 1.
  std::function<grpc::Status(grpc::ServerContext&, int number)> unary =
      [](grpc::ServerContext&, int) { return grpc::Status::OK; };
  /// The answer to a watch.
  std::function<grpc::Status(grpc::ServerContext&, int number, Writer&)> watch;

  /// Returns the calls so far.
  std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  /// Waits until so many calls have arrived.
  void WaitForCalls(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_.size() >= count; });
  }

  /// Waits until so many calls have been answered.
  void WaitForEnds(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ >= count; });
  }

  grpc::Status CreateTicket(grpc::ServerContext* context, const v1::CreateTicketRequest*,
                            v1::CreateTicketResponse*) override {
    return Unary("CreateTicket", *context);
  }
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest*,
                         v1::GetStatusResponse*) override {
    return Unary("GetStatus", *context);
  }
  grpc::Status WatchStatus(grpc::ServerContext* context, const v1::WatchStatusRequest*,
                           Writer* writer) override {
    const int number = Record("WatchStatus", *context);
    return End(watch(*context, number, *writer));
  }
  grpc::Status MarkScanned(grpc::ServerContext* context, const v1::MarkScannedRequest*,
                           v1::MarkScannedResponse*) override {
    return Unary("MarkScanned", *context);
  }
  grpc::Status Authorize(grpc::ServerContext* context, const v1::AuthorizeRequest*,
                         v1::AuthorizeResponse*) override {
    return Unary("Authorize", *context);
  }
  grpc::Status Cancel(grpc::ServerContext* context, const v1::CancelRequest*,
                      v1::CancelResponse*) override {
    return Unary("Cancel", *context);
  }
  grpc::Status SubmitCheckCode(grpc::ServerContext* context, const v1::SubmitCheckCodeRequest*,
                               v1::SubmitCheckCodeResponse*) override {
    return Unary("SubmitCheckCode", *context);
  }
  grpc::Status Withdraw(grpc::ServerContext* context, const v1::WithdrawRequest*,
                        v1::WithdrawResponse*) override {
    return Unary("Withdraw", *context);
  }
  grpc::Status ExchangeUserInfo(grpc::ServerContext* context, const v1::ExchangeUserInfoRequest*,
                                v1::ExchangeUserInfoResponse*) override {
    return Unary("ExchangeUserInfo", *context);
  }
  grpc::Status GetSigningKeys(grpc::ServerContext* context, const v1::GetSigningKeysRequest*,
                              v1::GetSigningKeysResponse*) override {
    return Unary("GetSigningKeys", *context);
  }

 private:
  grpc::Status Unary(const char* method, grpc::ServerContext& context) {
    const int number = Record(method, context);
    return End(unary(context, number));
  }

  int Record(const char* method, const grpc::ServerContext& context) {
    const auto& metadata = context.client_metadata();
    const auto authorization = metadata.find("authorization");
    const std::lock_guard lock(mutex_);
    calls_.push_back({method,
                      authorization == metadata.end()
                          ? std::string()
                          : std::string(authorization->second.data(), authorization->second.size()),
                      context.peer(),
                      context.deadline() != std::chrono::system_clock::time_point::max(),
                      std::chrono::steady_clock::now()});
    changed_.notify_all();
    return static_cast<int>(calls_.size());
  }

  grpc::Status End(grpc::Status status) {
    const std::lock_guard lock(mutex_);
    ++ended_;
    changed_.notify_all();
    return status;
  }

  ClientOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Call> calls_;
  std::size_t ended_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace qrlogin::test

#endif  // QRLOGIN_TEST_FAKE_SERVER_H_
