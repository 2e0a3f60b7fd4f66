#include "qrlogin/error.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "error_details.pb.h"

namespace qrlogin {

struct Error::Details {
  std::string what;
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  std::string raw_reason;
  std::string current_state;
  std::optional<int> attempts_left;
  std::string exceeded_limit;
  std::vector<FieldViolation> field_violations;
  std::optional<std::chrono::milliseconds> retry_after;
};

namespace {

constexpr char kDomain[] = "qrlogin.v1";

const char* NameOf(grpc::StatusCode code) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  return code >= 0 && code < static_cast<int>(std::size(kNames)) ? kNames[code] : "UNKNOWN";
}

/// Returns the first detail of a type, or nothing if there is none or it cannot be parsed.
template <typename Message>
std::optional<Message> FindDetail(const internal::Status& status, std::string_view type) {
  for (const google::protobuf::Any& detail : status.details()) {
    const std::string_view url = detail.type_url();
    if (url.substr(url.rfind('/') + 1) != type) continue;
    Message message;
    if (message.ParseFromString(detail.value())) return message;
    return std::nullopt;
  }
  return std::nullopt;
}

std::string MetadataOf(const internal::ErrorInfo& info, const char* key) {
  const auto entry = info.metadata().find(key);
  return entry == info.metadata().end() ? std::string() : entry->second;
}

std::optional<int> ParseCount(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  return std::stoi(text);
}

/// Returns the delay, rounded up: a call must not be repeated too soon.
std::chrono::milliseconds ParseDelay(const google::protobuf::Duration& delay) {
  // The limits of a valid Duration, so that the sum cannot overflow.
  constexpr std::int64_t kMaxSeconds = 315'576'000'000;
  constexpr std::int32_t kMaxNanos = 999'999'999;
  const auto exact =
      std::chrono::seconds(std::clamp<std::int64_t>(delay.seconds(), 0, kMaxSeconds));
  const auto rest = std::chrono::nanoseconds(std::clamp<std::int32_t>(delay.nanos(), 0, kMaxNanos));
  return exact + std::chrono::ceil<std::chrono::milliseconds>(rest);
}

}  // namespace

Error::Error(const grpc::Status& status) : Error(Parse(status)) {}

Error::Error(std::shared_ptr<const Details> details)
    : std::runtime_error(details->what), details_(std::move(details)) {}

std::shared_ptr<const Error::Details> Error::Parse(const grpc::Status& status) {
  auto parsed = std::make_shared<Details>();
  parsed->code = status.error_code();
  parsed->message = status.error_message();

  internal::Status packed;
  // Any proxy on the way can write the details. The status code counts without them.
  if (!packed.ParseFromString(status.error_details())) packed.Clear();
  if (const auto info = FindDetail<internal::ErrorInfo>(packed, "google.rpc.ErrorInfo")) {
    parsed->raw_reason = info->reason();
    // Another service on the way can have reasons and keys of the same names.
    if (info->domain() == kDomain) {
      // Stays UNSPECIFIED if the name is unknown.
      v1::ErrorReason_Parse("ERROR_REASON_" + info->reason(), &parsed->reason);
      parsed->current_state = MetadataOf(*info, "current_state");
      parsed->attempts_left = ParseCount(MetadataOf(*info, "attempts_left"));
    }
  }
  const auto quota = FindDetail<internal::QuotaFailure>(packed, "google.rpc.QuotaFailure");
  if (quota && !quota->violations().empty())
    parsed->exceeded_limit = quota->violations(0).subject();
  if (const auto bad = FindDetail<internal::BadRequest>(packed, "google.rpc.BadRequest")) {
    for (const auto& violation : bad->field_violations())
      parsed->field_violations.push_back({violation.field(), violation.description()});
  }
  const auto retry = FindDetail<internal::RetryInfo>(packed, "google.rpc.RetryInfo");
  if (retry && retry->has_retry_delay()) parsed->retry_after = ParseDelay(retry->retry_delay());

  parsed->what = NameOf(parsed->code);
  for (const std::string& part : {parsed->raw_reason, parsed->message}) {
    if (!part.empty()) parsed->what += ": " + part;
  }
  return parsed;
}

grpc::StatusCode Error::code() const noexcept { return details_->code; }
const char* Error::code_name() const noexcept { return NameOf(details_->code); }
v1::ErrorReason Error::reason() const noexcept { return details_->reason; }
const std::string& Error::raw_reason() const noexcept { return details_->raw_reason; }
const std::string& Error::message() const noexcept { return details_->message; }
const std::string& Error::current_state() const noexcept { return details_->current_state; }
std::optional<int> Error::attempts_left() const noexcept { return details_->attempts_left; }
const std::string& Error::exceeded_limit() const noexcept { return details_->exceeded_limit; }
const std::vector<FieldViolation>& Error::field_violations() const noexcept {
  return details_->field_violations;
}
std::optional<std::chrono::milliseconds> Error::retry_after() const noexcept {
  return details_->retry_after;
}

}  // namespace qrlogin
