#ifndef QRLOGIN_SRC_BACKOFF_H_
#define QRLOGIN_SRC_BACKOFF_H_

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <utility>

namespace qrlogin::internal {

/// The pauses before further attempts: random between zero and a limit that doubles (full jitter).
class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  static constexpr Milliseconds kInitial{100};
  static constexpr Milliseconds kMax{5'000};

  Backoff() : Backoff(RandomOfThisMachine()) {}

  /// `random` returns a number of at least 0 and less than 1.
  explicit Backoff(std::function<double()> random) : random_(std::move(random)) {}

  /// Returns the next pause: the delay that the server asked for, plus a random pause. The sum and
  /// not the greater of the two: otherwise all clients that were given the same delay would come
  /// back in the same instant.
  Milliseconds NextPause(std::optional<Milliseconds> retry_after) {
    const double pause = static_cast<double>(limit_.count()) * random_();
    limit_ = std::min(limit_ * 2, kMax);
    // A delay of ages would overflow a clock.
    return std::min<Milliseconds>(retry_after.value_or(Milliseconds::zero()),
                                  std::chrono::hours(24)) +
           Milliseconds(static_cast<Milliseconds::rep>(pause));
  }

  /// Begins again with the shortest limit if an attempt has worked for `kMax` or longer. A shorter
  /// success changes nothing: a peer that accepts every attempt and ends it at once would be called
  /// almost without pause.
  void Succeeded(std::chrono::steady_clock::duration worked) {
    if (worked >= kMax) limit_ = kInitial;
  }

 private:
  static std::function<double()> RandomOfThisMachine() {
    return [engine = std::minstd_rand(std::random_device()())]() mutable {
      return std::uniform_real_distribution<double>()(engine);
    };
  }

  std::function<double()> random_;
  Milliseconds limit_ = kInitial;
};

}  // namespace qrlogin::internal

#endif  // QRLOGIN_SRC_BACKOFF_H_
