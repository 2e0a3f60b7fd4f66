#include "connection.h"

#include <stdexcept>
#include <utility>

#include "channel.h"

namespace qrlogin::internal {

Error ClosedError() {
  return Error(grpc::Status(grpc::StatusCode::CANCELLED, "The client is closed"));
}

InFlight::Entry::Entry(InFlight& owner, std::function<void()> stop) : owner_(owner) {
  const std::lock_guard lock(owner_.mutex_);
  if (owner_.closed_) stop();
  position_ = owner_.stops_.insert(owner_.stops_.end(), std::move(stop));
}

InFlight::Entry::~Entry() {
  const std::lock_guard lock(owner_.mutex_);
  owner_.stops_.erase(position_);
}

void InFlight::Close() noexcept {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  closed_ = true;
  for (const auto& stop : stops_) stop();
}

bool InFlight::closed() const noexcept {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::optional<std::chrono::system_clock::time_point> DeadlineIn(std::chrono::milliseconds time) {
  using std::chrono::system_clock;
  if (time <= time.zero()) throw std::invalid_argument("deadline must be above zero");
  const auto now = system_clock::now();
  // Compared in milliseconds: a longer time would overflow in those of the clock.
  if (time >=
      std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::time_point::max() - now))
    return std::nullopt;
  return now + time;
}

Connection::Connection(const ClientOptions& options, std::function<std::string()> authorization)
    : authorization_(std::move(authorization)),
      deadline_(options.deadline),
      calls_(v1::QrLoginService::NewStub(CreateChannel(options, ChannelUse::kCalls))),
      watches_(v1::QrLoginService::NewStub(CreateChannel(options, ChannelUse::kWatches))) {
  DeadlineIn(deadline_);
}

void Connection::Authorize(grpc::ClientContext& context) const {
  context.AddMetadata("authorization", authorization_());
}

std::shared_ptr<Stub> Connection::calls() const {
  const std::lock_guard lock(mutex_);
  if (!calls_) throw ClosedError();
  return calls_;
}

std::shared_ptr<Stub> Connection::watches() const {
  const std::lock_guard lock(mutex_);
  if (!watches_) throw ClosedError();
  return watches_;
}

void Connection::Close() noexcept {
  in_flight_.Close();
  std::shared_ptr<Stub> calls;
  std::shared_ptr<Stub> watches;
  const std::lock_guard lock(mutex_);
  // Destroyed after the lock is released.
  calls.swap(calls_);
  watches.swap(watches_);
}

}  // namespace qrlogin::internal
