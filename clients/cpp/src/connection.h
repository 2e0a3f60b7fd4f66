#ifndef QRLOGIN_SRC_CONNECTION_H_
#define QRLOGIN_SRC_CONNECTION_H_

#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "in_flight.h"
#include "qrlogin/error.h"
#include "qrlogin/options.h"
#include "qrlogin/v1/qr_login_service.grpc.pb.h"

namespace qrlogin::internal {

using Stub = v1::QrLoginService::Stub;

/// Returns the point in time that is this far from now, or nothing if no clock reaches it. Throws
/// `std::invalid_argument` unless the time is above zero.
std::optional<std::chrono::system_clock::time_point> DeadlineIn(std::chrono::milliseconds time);

/// The connections of a client and the calls on them. Thread-safe.
class Connection {
 public:
  /// `authorization` returns the credentials. Called once per call, by any thread. Throws
  /// `std::invalid_argument` if an option is invalid.
  Connection(const ClientOptions& options, std::function<std::string()> authorization);

  /// Adds the credentials to a call.
  void Authorize(grpc::ClientContext& context) const;

  /// Makes a unary call with the credentials. Throws `Error` if the call fails.
  template <typename Request, typename Response>
  Response Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, const CallOptions& options) {
    grpc::ClientContext context;
    const auto deadline = DeadlineIn(options.deadline.value_or(deadline_));
    if (deadline) context.set_deadline(*deadline);
    // Its time counts towards the deadline.
    Authorize(context);
    const InFlight::Entry entry(in_flight_, [&context] { context.TryCancel(); });
    Response response;
    const grpc::Status status = (*calls().*method)(&context, request, &response);
    if (status.ok()) return response;
    const bool cancelled = status.error_code() == grpc::StatusCode::CANCELLED;
    throw cancelled && in_flight_.closed() ? ClosedError() : Error(status);
  }

  /// Returns the generated client for calls. Throws `Error` (CANCELLED) after `Close`.
  std::shared_ptr<Stub> calls() const;
  /// Returns the generated client for watches. Throws `Error` (CANCELLED) after `Close`.
  std::shared_ptr<Stub> watches() const;

  InFlight& in_flight() noexcept { return in_flight_; }

  /// Ends all calls and watches, and closes the connections once they have ended.
  void Close() noexcept;

 private:
  const std::function<std::string()> authorization_;
  const std::chrono::milliseconds deadline_;
  InFlight in_flight_;
  mutable std::mutex mutex_;
  std::shared_ptr<Stub> calls_;
  std::shared_ptr<Stub> watches_;
};

}  // namespace qrlogin::internal

#endif  // QRLOGIN_SRC_CONNECTION_H_
