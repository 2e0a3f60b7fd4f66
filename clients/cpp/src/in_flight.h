#ifndef QRLOGIN_SRC_IN_FLIGHT_H_
#define QRLOGIN_SRC_IN_FLIGHT_H_

#include <functional>
#include <list>
#include <mutex>

#include "qrlogin/error.h"

namespace qrlogin::internal {

/// Returns the error of calls and watches that end because their client is closed.
Error ClosedError();

/// The running calls and watches of a client, for closing it. Thread-safe.
class InFlight {
 public:
  /// A running call. Its destructor removes it, and waits if `Close` is just stopping it.
  class Entry {
   public:
    Entry(InFlight& owner, std::function<void()> stop);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

   private:
    InFlight& owner_;
    std::list<std::function<void()>>::iterator position_;
  };

  /// Calls the `stop` function of all entries, and at once that of every later one.
  void Close() noexcept;

  /// Reports whether `Close` has been called.
  bool closed() const noexcept;

 private:
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::list<std::function<void()>> stops_;
};

}  // namespace qrlogin::internal

#endif  // QRLOGIN_SRC_IN_FLIGHT_H_
