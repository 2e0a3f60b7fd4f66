#ifndef QRLOGIN_SRC_WATCH_LOOP_H_
#define QRLOGIN_SRC_WATCH_LOOP_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "backoff.h"
#include "connection.h"
#include "in_flight.h"
#include "qrlogin/error.h"
#include "qrlogin/options.h"
#include "qrlogin/v1/qr_login_service.grpc.pb.h"

namespace qrlogin::internal {

/// Reports whether a watch calls again after an error. `has_deadline`: the caller has set one.
bool IsRetryable(const Error& error, bool has_deadline);

/// The implementation of `Watch`.
class WatchLoop {
 public:
  WatchLoop(std::shared_ptr<Connection> connection, v1::WatchStatusRequest request,
            const WatchOptions& options, Backoff backoff = Backoff());
  WatchLoop(const WatchLoop&) = delete;
  WatchLoop& operator=(const WatchLoop&) = delete;
  ~WatchLoop();

  /// See `Watch::Next`.
  std::optional<v1::TicketStatus> Next();

  /// Ends the watch with an error. A `Next` that waits throws it. Thread-safe.
  void Stop(const Error& error) noexcept;

 private:
  using Reader = grpc::ClientReader<v1::WatchStatusResponse>;

  /// One WatchStatus call.
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<Reader> reader;
    std::optional<std::chrono::steady_clock::time_point> first_status_at;
  };

  /// Returns the next status that is news, or nothing once the call or the watch has ended.
  std::optional<v1::TicketStatus> NextOfCall();
  void StartCall();
  /// Ends the call with the status of its end, after which another one follows. Throws if it is the
  /// end of the watch.
  void FinishCall();
  /// Cancels the call.
  void AbandonCall() noexcept;
  std::unique_ptr<Call> TakeCall() noexcept;
  void Pause(std::optional<std::chrono::milliseconds> retry_after);
  void ThrowIfStopped() const;

  const std::shared_ptr<Connection> connection_;
  const v1::WatchStatusRequest request_;
  const std::optional<std::chrono::system_clock::time_point> deadline_;
  Backoff backoff_;
  std::optional<std::string> last_;
  bool finished_ = false;

  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  // Both guarded by mutex_. Only the thread of Next replaces the call, and it reads without a lock.
  std::optional<Error> stop_;
  std::unique_ptr<Call> call_;

  // The last member: its destructor ends the access of Connection::Close to the others.
  std::optional<InFlight::Entry> in_flight_;
};

}  // namespace qrlogin::internal

#endif  // QRLOGIN_SRC_WATCH_LOOP_H_
