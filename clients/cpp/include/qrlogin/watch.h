#ifndef QRLOGIN_WATCH_H_
#define QRLOGIN_WATCH_H_

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>

#include "qrlogin/v1/ticket.pb.h"

namespace qrlogin {

namespace internal {
class WatchLoop;
}

/// A watch of a ticket: its statuses up to a terminal one, over as many calls as necessary.
///
/// Yields the current status at once, then each one that differs in more than the remaining
/// durations. Reconnects while the service is UNAVAILABLE, after a broken connection, and when the
/// stream ends before a terminal state. The pauses grow, vary at random, and are never shorter than
/// the service asks. There is no limit on time or attempts, unless `WatchOptions` sets one.
///
/// `Next()` and the iterators belong to one thread at a time. `Cancel()` may be called by any
/// thread. The destructor cancels the call. That changes nothing for the ticket.
///
///     for (const v1::TicketStatus& status : watch) Show(status);
class Watch {
 public:
  class Iterator;

  /// A watch that has been moved from can only be destroyed or assigned to.
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

  /// Waits for the next status and returns it. Returns nothing after a terminal one. The first call
  /// connects.
  ///
  /// Throws `Error` for any other end, such as TICKET_NOT_FOUND or WATCH_SUPERSEDED (a newer watch
  /// of the ticket has replaced this one), and CANCELLED after `Cancel()` or the end of the client.
  /// Every further call throws the same error.
  std::optional<v1::TicketStatus> Next();

  /// Ends the watch. A `Next()` that waits throws CANCELLED.
  void Cancel() noexcept;

  /// Calls `Next()`. Returns an input iterator to the status.
  Iterator begin();
  Iterator end() noexcept;

 private:
  friend class AppClient;
  explicit Watch(std::unique_ptr<internal::WatchLoop> loop) noexcept;

  std::unique_ptr<internal::WatchLoop> loop_;
};

/// An input iterator over the statuses of a watch. Its increment calls `Watch::Next()`.
class Watch::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = v1::TicketStatus;
  using difference_type = std::ptrdiff_t;
  using pointer = const v1::TicketStatus*;
  using reference = const v1::TicketStatus&;

  Iterator() = default;

  reference operator*() const { return *status_; }
  pointer operator->() const { return &*status_; }
  Iterator& operator++() {
    status_ = watch_->Next();
    return *this;
  }
  void operator++(int) { ++*this; }

  /// Reports whether both are at the end, or neither is.
  friend bool operator==(const Iterator& a, const Iterator& b) {
    return a.status_.has_value() == b.status_.has_value();
  }
  friend bool operator!=(const Iterator& a, const Iterator& b) { return !(a == b); }

 private:
  friend class Watch;
  explicit Iterator(Watch* watch) : watch_(watch), status_(watch->Next()) {}

  Watch* watch_ = nullptr;
  std::optional<v1::TicketStatus> status_;
};

inline Watch::Iterator Watch::begin() { return Iterator(this); }
inline Watch::Iterator Watch::end() noexcept { return Iterator(); }

}  // namespace qrlogin

#endif  // QRLOGIN_WATCH_H_
