#ifndef QRLOGIN_APP_CLIENT_H_
#define QRLOGIN_APP_CLIENT_H_

#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "qrlogin/error.h"
#include "qrlogin/options.h"
#include "qrlogin/v1/qr_login_service.grpc.pb.h"
#include "qrlogin/watch.h"

namespace qrlogin {

namespace internal {
class Connection;
}

/// The credentials of an app.
struct AppCredentials {
  std::string app_id;
  std::string app_secret;
};

/// A client for an app: the back end of a website that asks for sign-ins.
///
/// Create one and share it. It connects on first use, with one connection for calls and one for
/// watches. All methods may be called by several threads at the same time. The calls block, throw
/// `Error` if they fail, and `std::invalid_argument` for options that make no sense.
class AppClient {
 public:
  /// Throws `std::invalid_argument` if an option is invalid, the app id is empty or contains a
  /// colon, or the app secret is empty.
  AppClient(const ClientOptions& options, const AppCredentials& credentials);
  /// A client that has been moved from can only be destroyed or assigned to.
  AppClient(AppClient&&) noexcept;
  AppClient& operator=(AppClient&&) noexcept;
  AppClient(const AppClient&) = delete;
  AppClient& operator=(const AppClient&) = delete;
  /// Closes the client. No other thread may be inside one of its methods; `Close()` ends them.
  /// Watches may outlive the client: they end with CANCELLED.
  ~AppClient();

  /// Creates a ticket. Never retried, because a retry would create a second one.
  v1::CreateTicketResponse CreateTicket(const v1::CreateTicketRequest& request = {},
                                        const CallOptions& options = {});

  /// Returns the status once. `WatchStatus` is faster and cheaper where possible. Retried while
  /// UNAVAILABLE and after a broken connection.
  v1::GetStatusResponse GetStatus(const v1::GetStatusRequest& request,
                                  const CallOptions& options = {});

  /// Creates a watch of a ticket. Makes no call before the first `Watch::Next()`.
  Watch WatchStatus(const v1::WatchStatusRequest& request, const WatchOptions& options = {});

  /// Submits the check code that the user has typed. Never retried, because a wrong code would
  /// count twice. Repeat the call after a lost response: a right code that is submitted again
  /// changes nothing.
  v1::SubmitCheckCodeResponse SubmitCheckCode(const v1::SubmitCheckCodeRequest& request,
                                              const CallOptions& options = {});

  /// Withdraws a ticket. Retried while UNAVAILABLE and after a broken connection.
  v1::WithdrawResponse Withdraw(const v1::WithdrawRequest& request,
                                const CallOptions& options = {});

  /// Exchanges the exchange ticket for the user information, at most once. Never retried: after
  /// UNAVAILABLE (also with the reason OUTCOME_UNKNOWN) or DEADLINE_EXCEEDED, the sign-in may be
  /// lost, and the user has to scan again.
  v1::ExchangeUserInfoResponse ExchangeUserInfo(const v1::ExchangeUserInfoRequest& request,
                                                const CallOptions& options = {});

  /// Returns the public keys that verify the tokens of ExchangeUserInfo, for any app. Retried while
  /// UNAVAILABLE and after a broken connection.
  v1::GetSigningKeysResponse GetSigningKeys(const v1::GetSigningKeysRequest& request = {},
                                            const CallOptions& options = {});

  /// Returns the generated client on the connection for calls. It adds no credentials, deadline or
  /// retry of non-idempotent methods; see `AddCredentials`. The connection stays open as long as
  /// the result is held. Throws `Error` (CANCELLED) if the client is closed.
  std::shared_ptr<v1::QrLoginService::StubInterface> stub() const;

  /// Adds the credentials of the app to the metadata of a call that is made with `stub()`.
  void AddCredentials(grpc::ClientContext* context) const;

  /// Ends all running calls and watches with the error CANCELLED, and closes the connections. Does
  /// not wait for them. Has no effect when called again.
  void Close() noexcept;

 private:
  std::shared_ptr<internal::Connection> connection_;
};

}  // namespace qrlogin

#endif  // QRLOGIN_APP_CLIENT_H_
