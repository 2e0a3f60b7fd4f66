#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "qrlogin/client.h"

namespace qrlogin {
namespace {

/// What breaks the first stream.
enum class Break {
  /// It is reset with INTERNAL_ERROR.
  kReset,
  /// It ends without trailers, and hence without a status.
  kNoTrailers,
};

/// A peer that speaks just enough HTTP/2 to break the first stream of its first connection, and to
/// answer the second with the status NOT_FOUND.
class BreakingPeer {
 public:
  explicit BreakingPeer(Break first) : first_(first), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
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
  ~BreakingPeer() {
    thread_.join();
    close(listener_);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int streams() const { return streams_; }

 private:
  enum FrameType : unsigned char { kData = 0, kHeaders = 1, kRstStream = 3, kSettings = 4 };

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
      constexpr char kEndOfStream = 1;
      constexpr char kEndOfHeaders = 4;
      // HPACK: `:status 200` by index, then a literal.
      const std::string headers = "\x88\0\x0c"s + "content-type" + '\x10' + "application/grpc";
      if (++streams_ > 1) {
        Send(connection, kHeaders, kEndOfStream | kEndOfHeaders, stream,
             headers + "\0\x0b"s + "grpc-status" + '\x01' + "5");
      } else if (first_ == Break::kReset) {
        Send(connection, kRstStream, 0, stream, "\0\0\0\2"s);
      } else {
        Send(connection, kHeaders, kEndOfHeaders, stream, headers);
        Send(connection, kData, kEndOfStream, stream, "");
      }
    }
    close(connection);
  }

  const Break first_;
  const int listener_;
  int port_ = 0;
  std::atomic<int> streams_ = 0;
  std::thread thread_;
};

class BrokenStream : public testing::TestWithParam<Break> {};

TEST_P(BrokenStream, IsFollowedByAnotherCallOfTheWatch) {
  BreakingPeer peer(GetParam());
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

INSTANTIATE_TEST_SUITE_P(Watch, BrokenStream, testing::Values(Break::kReset, Break::kNoTrailers));

}  // namespace
}  // namespace qrlogin
