#include "channel.h"

#include <arpa/inet.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

#include "service_config.h"

namespace qrlogin::internal {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool IsPort(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Returns the host of `host:port`, `[ipv6]:port`, or either without a port.
std::string HostOf(std::string_view endpoint) {
  if (StartsWith(endpoint, "[")) {
    const std::size_t bracket = endpoint.rfind(']');
    if (bracket == std::string_view::npos) return std::string(endpoint);
    const std::string_view rest = endpoint.substr(bracket + 1);
    if (!rest.empty() && !(rest[0] == ':' && IsPort(rest.substr(1)))) return std::string(endpoint);
    return std::string(endpoint.substr(1, bracket - 1));
  }
  const std::size_t colon = endpoint.find(':');
  // More than one colon: an IPv6 address without brackets.
  if (colon == endpoint.rfind(':') && colon != std::string_view::npos &&
      IsPort(endpoint.substr(colon + 1)))
    return std::string(endpoint.substr(0, colon));
  return std::string(endpoint);
}

bool IsLoopbackHost(std::string host) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1)
    return std::memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
  std::transform(host.begin(), host.end(), host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return host == "localhost";
}

std::shared_ptr<grpc::ChannelCredentials> CreateCredentials(const ClientOptions& options,
                                                            bool plaintext) {
  if (plaintext) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = options.root_certificates;
  return grpc::SslCredentials(ssl);
}

/// Reports whether the channel is plain text. Throws `std::invalid_argument` if the options
/// contradict each other.
bool IsPlaintext(const ClientOptions& options) {
  if (!options.root_certificates.empty()) {
    if (options.transport == Transport::kPlaintext)
      throw std::invalid_argument("root_certificates must be empty if the transport is plain text");
    if (options.root_certificates.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
      throw std::invalid_argument("root_certificates must be certificates in PEM form");
    return false;
  }
  return options.transport == Transport::kPlaintext ||
         (options.transport == Transport::kAutomatic && IsLoopback(options.address));
}

}  // namespace

bool IsLoopback(std::string_view address) {
  if (StartsWith(address, "unix:")) return true;
  std::string_view rest = address;
  bool list = false;
  for (const std::string_view scheme : {"dns:", "ipv4:", "ipv6:"}) {
    if (!StartsWith(address, scheme)) continue;
    rest.remove_prefix(scheme.size());
    if (StartsWith(rest, "///")) rest.remove_prefix(3);
    list = scheme != "dns:";
    break;
  }
  for (;;) {
    const std::size_t comma = list ? rest.find(',') : std::string_view::npos;
    if (!IsLoopbackHost(HostOf(rest.substr(0, comma)))) return false;
    if (comma == std::string_view::npos) return true;
    rest.remove_prefix(comma + 1);
  }
}

std::shared_ptr<grpc::Channel> CreateChannel(const ClientOptions& options, ChannelUse use) {
  if (options.address.empty()) throw std::invalid_argument("address must not be empty");
  const bool plaintext = IsPlaintext(options);
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  // Otherwise a DNS TXT record could replace the service config and have exchanges retried.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // A connection of its own for each channel: long streams must not use up the streams of calls.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A connection that broke without notice is detected within 40 seconds.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // gRPC stops after two pings on a stream that sends no data, as a watch does.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // There is no call between two attempts of a watch. The connection must not break unnoticed then.
  if (use == ChannelUse::kWatches) arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // gRPC's own back-off grows to two minutes, in which every attempt would fail at once.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 5'000);
  // A proxy from the environment would carry plain text that is meant for this machine elsewhere.
  if (plaintext) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.address, CreateCredentials(options, plaintext),
                                   arguments);
}

}  // namespace qrlogin::internal
