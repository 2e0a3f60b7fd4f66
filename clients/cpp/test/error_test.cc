#include "qrlogin/error.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "error_details.pb.h"
#include "fake_server.h"
#include "watch_loop.h"

namespace qrlogin {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using test::Failure;

static_assert(std::is_nothrow_copy_constructible_v<Error>);

/// A google.rpc.Status as Google's own messages encode it: an ErrorInfo (TICKET_EXPIRED,
/// qrlogin.v1, current_state and attempts_left), a RetryInfo of 1.5 s, a QuotaFailure and a
/// BadRequest.
constexpr char kEncoded[] =
    "080912016d1a760a28747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e4572"
    "726f72496e666f124a0a0e5449434b45545f45585049524544120a71726c6f67696e2e76311a180a0d63"
    "757272656e745f73746174651207455850495245441a120a0d617474656d7074735f6c6566741201321a"
    "360a28747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e5265747279496e66"
    "6f120a0a0808011080cab5ee011a3c0a2b747970652e676f6f676c65617069732e636f6d2f676f6f676c"
    "652e7270632e51756f74614661696c757265120d0a0b0a0673637265656e1201641a490a29747970652e"
    "676f6f676c65617069732e636f6d2f676f6f676c652e7270632e42616452657175657374121c0a1a0a0d"
    "71725f696d6167652e73697a651209746f6f20736d616c6c";

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

TEST(Error, ReadsAllDetailsOfTheService) {
  const Error error(
      grpc::Status(StatusCode::FAILED_PRECONDITION, "The ticket has expired", FromHex(kEncoded)));
  EXPECT_STREQ(error.what(), "FAILED_PRECONDITION: TICKET_EXPIRED: The ticket has expired");
  EXPECT_EQ(error.code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.message(), "The ticket has expired");
  EXPECT_EQ(error.reason(), v1::ERROR_REASON_TICKET_EXPIRED);
  EXPECT_EQ(error.raw_reason(), "TICKET_EXPIRED");
  EXPECT_EQ(error.current_state(), "EXPIRED");
  EXPECT_EQ(error.attempts_left(), 2);
  EXPECT_EQ(error.exceeded_limit(), "screen");
  EXPECT_EQ(error.retry_after(), milliseconds(1'500));
  ASSERT_EQ(error.field_violations().size(), 1U);
  EXPECT_EQ(error.field_violations()[0].field, "qr_image.size");
  EXPECT_EQ(error.field_violations()[0].description, "too small");
}

TEST(Error, AStatusThatCannotBeParsedLeavesCodeAndMessage) {
  std::string cut = FromHex(kEncoded);
  cut.resize(cut.size() - 3);
  for (const std::string& details : {std::string(), std::string("\xff\xff\xff"), cut}) {
    const Error error(grpc::Status(StatusCode::ABORTED, "No luck", details));
    EXPECT_STREQ(error.what(), "ABORTED: No luck");
    EXPECT_EQ(error.reason(), v1::ERROR_REASON_UNSPECIFIED);
    EXPECT_EQ(error.raw_reason(), "");
    EXPECT_EQ(error.current_state(), "");
    EXPECT_FALSE(error.attempts_left());
    EXPECT_FALSE(error.retry_after());
    EXPECT_TRUE(error.field_violations().empty());
  }
}

TEST(Error, AReasonOfAForeignDomainDoesNotCount) {
  const Error error(
      Failure(StatusCode::UNAVAILABLE, "OUTCOME_UNKNOWN", std::nullopt, "example.com"));
  EXPECT_EQ(error.reason(), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(error.raw_reason(), "OUTCOME_UNKNOWN");
}

TEST(Error, AnUnknownReasonIsUnspecifiedAndStaysReadable) {
  const Error error(Failure(StatusCode::ABORTED, "FROM_A_NEWER_SERVICE"));
  EXPECT_EQ(error.reason(), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(error.raw_reason(), "FROM_A_NEWER_SERVICE");
}

TEST(Error, NamesTheStatusCode) {
  EXPECT_STREQ(Error(grpc::Status(StatusCode::CANCELLED, "")).what(), "CANCELLED");
  EXPECT_STREQ(Error(grpc::Status(StatusCode::UNAUTHENTICATED, "")).code_name(), "UNAUTHENTICATED");
}

/// Returns an error with this RetryInfo.
Error WithDelay(std::int64_t seconds, std::int32_t nanos) {
  internal::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds);
  retry.mutable_retry_delay()->set_nanos(nanos);
  internal::Status status;
  auto& detail = *status.add_details();
  detail.set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  detail.set_value(retry.SerializeAsString());
  return Error(grpc::Status(StatusCode::UNAVAILABLE, "", status.SerializeAsString()));
}

TEST(Error, RoundsTheDelayUpAndLimitsIt) {
  EXPECT_EQ(WithDelay(0, 1).retry_after(), milliseconds(1));
  EXPECT_EQ(WithDelay(2, 999'999'999).retry_after(), milliseconds(3'000));
  EXPECT_EQ(WithDelay(-5, -1).retry_after(), milliseconds(0));
  EXPECT_EQ(WithDelay(INT64_MAX, INT32_MAX).retry_after(),
            std::chrono::seconds(315'576'000'000) + milliseconds(1'000));
}

TEST(Watch, CallsAgainAfterAnInterruptionOnly) {
  using internal::IsRetryable;
  const auto plain = [](StatusCode code, const char* message = "") {
    return Error(grpc::Status(code, message));
  };
  EXPECT_TRUE(IsRetryable(plain(StatusCode::UNAVAILABLE), false));
  EXPECT_TRUE(IsRetryable(Error(Failure(StatusCode::UNAVAILABLE, "SERVER_DRAINING")), false));
  EXPECT_TRUE(IsRetryable(
      Error(Failure(StatusCode::UNAVAILABLE, "OUTCOME_UNKNOWN", std::nullopt, "example.com")),
      false));
  EXPECT_FALSE(IsRetryable(Error(Failure(StatusCode::UNAVAILABLE, "OUTCOME_UNKNOWN")), false));
  EXPECT_TRUE(
      IsRetryable(Error(Failure(StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WATCHES")), false));
  EXPECT_FALSE(IsRetryable(Error(Failure(StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED")), false));
  EXPECT_TRUE(IsRetryable(plain(StatusCode::CANCELLED), false));
  EXPECT_FALSE(IsRetryable(Error(Failure(StatusCode::CANCELLED, "NEW_REASON")), false));
  EXPECT_TRUE(IsRetryable(plain(StatusCode::DEADLINE_EXCEEDED), false));
  EXPECT_FALSE(IsRetryable(plain(StatusCode::DEADLINE_EXCEEDED), true));
  EXPECT_FALSE(IsRetryable(plain(StatusCode::INTERNAL, "A fault"), false));
  EXPECT_FALSE(IsRetryable(plain(StatusCode::UNKNOWN, "A fault"), false));
  EXPECT_FALSE(IsRetryable(Error(Failure(StatusCode::ABORTED, "WATCH_SUPERSEDED")), false));
  EXPECT_FALSE(IsRetryable(Error(Failure(StatusCode::NOT_FOUND, "TICKET_NOT_FOUND")), false));
}

}  // namespace
}  // namespace qrlogin
