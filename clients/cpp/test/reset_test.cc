#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "qrlogin/client.h"

namespace qrlogin {
namespace {

/// A peer that speaks just enough HTTP/2 to reset the first stream of its first connection with
/// INTERNAL_ERROR, and to answer the second with the status NOT_FOUND.
class ResettingPeer {
 public:
  ResettingPeer() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 1) != 0 ||
        getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("No port");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(accept(listener_, nullptr, nullptr)); });
  }
  ~ResettingPeer() {
    thread_.join();
    close(listener_);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int streams() const { return streams_; }

 private:
  enum FrameType : unsigned char { kHeaders = 1, kRstStream = 3, kSettings = 4 };

  static void Send(int connection, FrameType type, char flags, char stream,
                   const std::string& payload) {
    std::string frame = {
        0, 0, static_cast<char>(payload.size()), static_cast<char>(type), flags, 0, 0, 0, stream};
    frame += payload;
    if (send(connection, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) return;
  }

  static bool Receive(int connection, std::size_t size, std::string* bytes) {
    bytes->resize(size);
    return size == 0 ||
           recv(connection, bytes->data(), size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }

  void Serve(int connection) {
    std::string bytes;
    Receive(connection, std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").size(), &bytes);
    Send(connection, kSettings, 0, 0, "");
    while (Receive(connection, 9, &bytes)) {
      const auto at = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
      const std::size_t size = static_cast<std::size_t>(at(0) << 16 | at(1) << 8 | at(2));
      const int type = at(3);
      const bool acknowledges = (at(4) & 1) != 0;
      const char stream = bytes[8];
      if (!Receive(connection, size, &bytes)) break;
      if (type == kSettings && !acknowledges) Send(connection, kSettings, 1, 0, "");
      if (type != kHeaders) continue;
      using namespace std::string_literals;
      if (++streams_ == 1) {
        Send(connection, kRstStream, 0, stream, "\0\0\0\2"s);
        continue;
      }
      // HPACK: `:status 200` by index, then literals: content-type and grpc-status 5.
      const std::string headers = "\x88\0\x0c"s + "content-type" + '\x10' + "application/grpc" +
                                  "\0\x0b"s + "grpc-status" + '\x01' + "5";
      constexpr char kEndOfStreamAndHeaders = 5;
      Send(connection, kHeaders, kEndOfStreamAndHeaders, stream, headers);
    }
    close(connection);
  }

  int listener_;
  int port_ = 0;
  std::atomic<int> streams_ = 0;
  std::thread thread_;
};

TEST(Reset, AWatchCallsAgainAfterAResetStream) {
  ResettingPeer peer;
  ClientOptions options;
  options.address = peer.address();
  AppClient client(options, {"shop", "secret"});
  Watch watch = client.WatchStatus({});
  try {
    watch.Next();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), grpc::StatusCode::NOT_FOUND) << error.what();
  }
  EXPECT_EQ(peer.streams(), 2);
}

}  // namespace
}  // namespace qrlogin
