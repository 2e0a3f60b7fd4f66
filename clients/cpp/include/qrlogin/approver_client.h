#ifndef QRLOGIN_APPROVER_CLIENT_H_
#define QRLOGIN_APPROVER_CLIENT_H_

#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>

#include "qrlogin/error.h"
#include "qrlogin/options.h"
#include "qrlogin/v1/qr_login_service.grpc.pb.h"

namespace qrlogin {

namespace internal {
class Connection;
}

/// Returns the user's token. Called once per call, on the thread of the call and within its
/// deadline, but not interrupted by it. Several threads may call it at the same time. A call throws
/// whatever it throws.
using TokenSource = std::function<std::string()>;

/// A client for an approver: the mobile app, or its back end, acting for a signed-in user.
///
/// It connects on first use. All methods may be called by several threads at the same time. The
/// calls block, throw `Error` if they fail, and `std::invalid_argument` if the token is empty or
/// has a character that RFC 6750 does not allow. All are retried while UNAVAILABLE and after a
/// broken connection. A call that fails with USER_TOKEN_EXPIRED is not repeated: refreshing the
/// token is up to the source.
class ApproverClient {
 public:
  /// Creates a client that gets the token from a function. Throws `std::invalid_argument` if an
  /// option is invalid or the function is empty.
  ApproverClient(const ClientOptions& options, TokenSource token_source);
  /// Creates a client with a fixed token. Throws `std::invalid_argument` if an option or the token
  /// is invalid.
  ApproverClient(const ClientOptions& options, const std::string& token);
  /// A client that has been moved from can only be destroyed or assigned to.
  ApproverClient(ApproverClient&&) noexcept;
  ApproverClient& operator=(ApproverClient&&) noexcept;
  ApproverClient(const ApproverClient&) = delete;
  ApproverClient& operator=(const ApproverClient&) = delete;
  /// Closes the client. No other thread may be inside one of its methods; `Close()` ends them.
  ~ApproverClient();

  /// Marks a ticket as scanned. Returns who is asking, for the user to judge.
  v1::MarkScannedResponse MarkScanned(const v1::MarkScannedRequest& request,
                                      const CallOptions& options = {});

  /// Approves the sign-in. The response has a check code to show if the website waits for one.
  v1::AuthorizeResponse Authorize(const v1::AuthorizeRequest& request,
                                  const CallOptions& options = {});

  /// Declines the sign-in.
  v1::CancelResponse Cancel(const v1::CancelRequest& request, const CallOptions& options = {});

  /// Returns the generated client. It adds no credentials or deadline; see `AddCredentials`. The
  /// connection stays open as long as the result is held. Throws `Error` (CANCELLED) if the client
  /// is closed.
  std::shared_ptr<v1::QrLoginService::StubInterface> stub() const;

  /// Gets the token, and adds it to the metadata of a call that is made with `stub()`.
  void AddCredentials(grpc::ClientContext* context) const;

  /// Ends all running calls with the error CANCELLED, and closes the connection. Does not wait for
  /// them. Has no effect when called again.
  void Close() noexcept;

 private:
  std::shared_ptr<internal::Connection> connection_;
};

}  // namespace qrlogin

#endif  // QRLOGIN_APPROVER_CLIENT_H_
