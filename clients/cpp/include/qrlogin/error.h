#ifndef QRLOGIN_ERROR_H_
#define QRLOGIN_ERROR_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "qrlogin/v1/error_reason.pb.h"
#include "qrlogin/v1/ticket.pb.h"

namespace qrlogin {

/// A field of a request that breaks its limits.
struct FieldViolation {
  /// Path in the request in proto names, such as `qr_image.size`.
  std::string field;
  /// Description for people.
  std::string description;
};

/// The error of a call: an error of the service, or a failure on the way.
///
/// Branch on `reason()`, or on `code()` if there is none. The text is for people and may change.
/// It never holds a credential. Arguments that the client rejects itself are
/// `std::invalid_argument`, not this class.
class Error : public std::runtime_error {
 public:
  /// Creates the error of a failed call. Details that cannot be parsed are left out.
  explicit Error(const grpc::Status& status);

  /// Returns the gRPC status code.
  grpc::StatusCode code() const noexcept;

  /// Returns the name of the status code, such as `NOT_FOUND`.
  const char* code_name() const noexcept;

  /// Returns the reason. `ERROR_REASON_UNSPECIFIED` if the service did not reply, or sent a reason
  /// that this client does not know.
  v1::ErrorReason reason() const noexcept;

  /// Returns the reason as sent, without the prefix `ERROR_REASON_`. Empty if there is none.
  const std::string& raw_reason() const noexcept;

  /// Returns the message of the service, without code and reason. `what()` has all three.
  const std::string& message() const noexcept;

  /// Returns the state of the ticket that the error depends on, without the prefix `TICKET_STATE_`:
  /// `EXPIRED`. Empty if it depends on none.
  const std::string& current_state() const noexcept;

  /// Returns the number of attempts that are left, for CHECK_CODE_MISMATCH.
  std::optional<int> attempts_left() const noexcept;

  /// Returns the name of the limit that the call exceeded, such as `screen`, for RATE_LIMITED.
  /// Empty if there is none.
  const std::string& exceeded_limit() const noexcept;

  /// Returns the faults in the fields of the request.
  const std::vector<FieldViolation>& field_violations() const noexcept;

  /// Returns the delay that the service asks for before another attempt.
  std::optional<std::chrono::milliseconds> retry_after() const noexcept;

 private:
  struct Details;

  explicit Error(std::shared_ptr<const Details> details);
  static std::shared_ptr<const Details> Parse(const grpc::Status& status);

  // Shared, so that a copy of the exception cannot throw.
  std::shared_ptr<const Details> details_;
};

}  // namespace qrlogin

#endif  // QRLOGIN_ERROR_H_
