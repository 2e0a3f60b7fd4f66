#include "watch_loop.h"

#include <utility>

#include "qrlogin/watch.h"

namespace qrlogin {
namespace internal {
namespace {

bool IsTerminal(v1::TicketState state) {
  return state == v1::TICKET_STATE_EXCHANGED || state == v1::TICKET_STATE_CANCELLED ||
         state == v1::TICKET_STATE_EXPIRED;
}

/// Returns the encoded status without the remaining durations, which differ in every message.
std::string FingerprintOf(v1::TicketStatus status) {
  status.clear_remaining_duration();
  if (status.has_qr_code_step()) status.mutable_qr_code_step()->clear_remaining_duration();
  return status.SerializeAsString();
}

std::optional<std::chrono::system_clock::time_point> DeadlineOf(const WatchOptions& options) {
  return options.deadline ? DeadlineIn(*options.deadline) : std::nullopt;
}

Error Failure(grpc::StatusCode code, const char* message) {
  return Error(grpc::Status(code, message));
}

}  // namespace

bool IsRetryable(const Error& error, bool has_deadline) {
  if (error.reason() == v1::ERROR_REASON_TOO_MANY_WATCHES) return true;
  if (error.code() == grpc::StatusCode::UNAVAILABLE)
    return error.reason() != v1::ERROR_REASON_OUTCOME_UNKNOWN;
  if (!error.raw_reason().empty()) return false;
  switch (error.code()) {
    // Not by the caller, whose own end is checked before. So a proxy ended the call.
    case grpc::StatusCode::CANCELLED:
      return true;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return !has_deadline;
    // gRPC identifies a stream that was reset, or that ended without a status, only by its text.
    case grpc::StatusCode::INTERNAL:
      return error.message().find("RST_STREAM") != std::string::npos;
    case grpc::StatusCode::UNKNOWN:
      return error.message().find("Stream removed") != std::string::npos;
    default:
      return false;
  }
}

WatchLoop::WatchLoop(std::shared_ptr<Connection> connection, v1::WatchStatusRequest request,
                     const WatchOptions& options, Backoff backoff)
    : connection_(std::move(connection)),
      request_(std::move(request)),
      deadline_(DeadlineOf(options)),
      backoff_(std::move(backoff)) {
  in_flight_.emplace(connection_->in_flight(), [this] { Stop(ClosedError()); });
}

WatchLoop::~WatchLoop() { AbandonCall(); }

std::optional<v1::TicketStatus> WatchLoop::Next() {
  while (!finished_) {
    ThrowIfStopped();
    if (!call_) StartCall();
    if (auto status = NextOfCall()) return status;
    if (!finished_) FinishCall();
  }
  return std::nullopt;
}

std::optional<v1::TicketStatus> WatchLoop::NextOfCall() {
  v1::WatchStatusResponse message;
  while (call_->reader->Read(&message)) {
    ThrowIfStopped();
    if (!message.has_status()) {
      Stop(Failure(grpc::StatusCode::INTERNAL, "The service sent a message without a status"));
      ThrowIfStopped();
    }
    if (!call_->first_status_at) call_->first_status_at = std::chrono::steady_clock::now();
    const bool terminal = IsTerminal(message.status().state());
    if (terminal) {
      // Before the caller gets the status: one that stops here must not leave a call behind.
      AbandonCall();
      in_flight_.reset();
      finished_ = true;
    }
    std::string fingerprint = FingerprintOf(message.status());
    if (fingerprint != last_) {
      last_ = std::move(fingerprint);
      return std::move(*message.mutable_status());
    }
    if (terminal) return std::nullopt;
  }
  return std::nullopt;
}

void WatchLoop::StartCall() {
  const auto stub = connection_->watches();
  auto call = std::make_unique<Call>();
  if (deadline_) call->context.set_deadline(*deadline_);
  connection_->Authorize(call->context);
  Call& started = *call;
  {
    const std::lock_guard lock(mutex_);
    call_ = std::move(call);
    // A call that is cancelled before it starts ends at once.
    if (stop_) started.context.TryCancel();
  }
  // Blocks until there is a connection, hence without the lock.
  started.reader = stub->WatchStatus(&started.context, request_);
}

void WatchLoop::FinishCall() {
  const grpc::Status status = call_->reader->Finish();
  const std::unique_ptr<Call> call = TakeCall();
  ThrowIfStopped();
  std::optional<std::chrono::milliseconds> retry_after;
  if (!status.ok()) {
    const Error error(status);
    if (!IsRetryable(error, deadline_.has_value())) {
      Stop(error);
      ThrowIfStopped();
    }
    retry_after = error.retry_after();
  }
  if (call->first_status_at)
    backoff_.Succeeded(std::chrono::steady_clock::now() - *call->first_status_at);
  Pause(retry_after);
}

void WatchLoop::AbandonCall() noexcept {
  const std::unique_ptr<Call> call = TakeCall();
  if (!call) return;
  call->context.TryCancel();
  if (call->reader) call->reader->Finish();
}

std::unique_ptr<WatchLoop::Call> WatchLoop::TakeCall() noexcept {
  const std::lock_guard lock(mutex_);
  return std::move(call_);
}

void WatchLoop::Pause(std::optional<std::chrono::milliseconds> retry_after) {
  auto end = std::chrono::system_clock::now() + backoff_.NextPause(retry_after);
  const bool in_time = !deadline_ || end < *deadline_;
  if (!in_time) end = *deadline_;
  std::unique_lock lock(mutex_);
  const bool stopped = stopped_.wait_for(lock, end - std::chrono::system_clock::now(),
                                         [this] { return stop_.has_value(); });
  lock.unlock();
  if (!stopped && !in_time)
    Stop(Failure(grpc::StatusCode::DEADLINE_EXCEEDED, "The deadline of the watch has passed"));
  ThrowIfStopped();
}

void WatchLoop::Stop(const Error& error) noexcept {
  const std::lock_guard lock(mutex_);
  if (!stop_) stop_ = error;
  if (call_) call_->context.TryCancel();
  stopped_.notify_all();
}

void WatchLoop::ThrowIfStopped() const {
  const std::lock_guard lock(mutex_);
  if (stop_) throw *stop_;
}

}  // namespace internal

Watch::Watch(std::unique_ptr<internal::WatchLoop> loop) noexcept : loop_(std::move(loop)) {}
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;
Watch::~Watch() = default;

std::optional<v1::TicketStatus> Watch::Next() { return loop_->Next(); }

void Watch::Cancel() noexcept {
  loop_->Stop(internal::Failure(grpc::StatusCode::CANCELLED, "The watch is cancelled"));
}

}  // namespace qrlogin
