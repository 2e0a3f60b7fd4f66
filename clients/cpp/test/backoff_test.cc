#include "backoff.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace qrlogin::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

double Highest() { return 1.0; }
double Lowest() { return 0.0; }

TEST(Backoff, LimitDoublesFromAHundredMillisecondsToFiveSeconds) {
  Backoff backoff(Highest);
  for (const int expected : {100, 200, 400, 800, 1600, 3200, 5000, 5000})
    EXPECT_EQ(backoff.NextPause(std::nullopt), milliseconds(expected));
}

TEST(Backoff, PauseIsRandomBetweenZeroAndTheLimit) {
  EXPECT_EQ(Backoff(Lowest).NextPause(std::nullopt), milliseconds(0));
  EXPECT_EQ(Backoff([] { return 0.25; }).NextPause(std::nullopt), milliseconds(25));
}

TEST(Backoff, AddsTheDelayThatTheServiceAsksFor) {
  EXPECT_EQ(Backoff(Lowest).NextPause(milliseconds(700)), milliseconds(700));
  EXPECT_EQ(Backoff(Highest).NextPause(milliseconds(700)), milliseconds(800));
}

TEST(Backoff, DelayOfAgesIsADay) {
  EXPECT_EQ(Backoff(Lowest).NextPause(milliseconds::max()), std::chrono::hours(24));
}

TEST(Backoff, BeginsAgainAfterFiveSecondsOfSuccessOnly) {
  Backoff backoff(Highest);
  backoff.NextPause(std::nullopt);
  backoff.Succeeded(milliseconds(4'999));
  EXPECT_EQ(backoff.NextPause(std::nullopt), milliseconds(200));
  backoff.Succeeded(seconds(5));
  EXPECT_EQ(backoff.NextPause(std::nullopt), milliseconds(100));
}

TEST(Backoff, TwoClientsDoNotPauseAlike) {
  Backoff a;
  Backoff b;
  bool differ = false;
  for (int i = 0; i < 20; ++i) {
    const auto pause = a.NextPause(std::nullopt);
    EXPECT_LT(pause, Backoff::kMax);
    differ = differ || pause != b.NextPause(std::nullopt);
  }
  EXPECT_TRUE(differ);
}

}  // namespace
}  // namespace qrlogin::internal
