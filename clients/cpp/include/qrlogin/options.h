#ifndef QRLOGIN_OPTIONS_H_
#define QRLOGIN_OPTIONS_H_

#include <chrono>
#include <optional>
#include <string>

namespace qrlogin {

/// The protection of the connections.
enum class Transport {
  /// Plain text to loopback addresses (127.0.0.0/8, ::1, `localhost`, `unix:`), TLS to all others.
  kAutomatic,
  /// TLS to every address.
  kTls,
  /// Plain text to every address. Credentials cross the network in the clear.
  kPlaintext,
};

/// Options of every client.
struct ClientOptions {
  /// Required. The address of the service in gRPC syntax: `host:port`, `[ipv6]:port`,
  /// `dns:///host:port`, `ipv4:ip:port,ip:port` or `unix:/path`. Calls are spread over all IP
  /// addresses that it resolves to.
  std::string address;

  /// The protection of the connections.
  Transport transport = Transport::kAutomatic;

  /// Root certificates in PEM form, in place of those of the system. They imply TLS, also to
  /// loopback addresses.
  std::string root_certificates;

  /// The time limit of a call, retries included. `std::chrono::milliseconds::max()` for none.
  std::chrono::milliseconds deadline = std::chrono::seconds(10);
};

/// Options of one call.
struct CallOptions {
  /// The time limit of the call, retries included, in place of the client's.
  std::optional<std::chrono::milliseconds> deadline;
};

/// Options of a watch.
struct WatchOptions {
  /// The time limit of the whole watch, reconnects included. None by default.
  std::optional<std::chrono::milliseconds> deadline;
};

}  // namespace qrlogin

#endif  // QRLOGIN_OPTIONS_H_
