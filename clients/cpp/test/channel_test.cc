#include "channel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "qrlogin/app_client.h"
#include "qrlogin/approver_client.h"

namespace qrlogin {
namespace {

using internal::IsLoopback;

TEST(Channel, KnowsLoopbackAddresses) {
  for (const char* address :
       {"127.0.0.1:50051", "127.0.0.1", "127.9.8.7:1", "localhost:50051", "LOCALHOST:1",
        "localhost", "[::1]:50051", "[::1]", "::1", "[0:0:0:0:0:0:0:1]:1", "unix:/run/qrlogin",
        "unix:///run/qrlogin", "dns:///localhost:50051", "dns:localhost:50051",
        "ipv4:127.0.0.1:1,127.0.0.2:2", "ipv6:[::1]:1", "ipv4:///127.0.0.1:1"})
    EXPECT_TRUE(IsLoopback(address)) << address;
}

TEST(Channel, DoubtsAnyOtherAddress) {
  for (const char* address : {"",
                              "qr.example.com:443",
                              "10.0.0.1:50051",
                              "128.0.0.1:1",
                              "0.0.0.0:1",
                              "[::]:1",
                              "[::2]:1",
                              "[::ffff:10.0.0.1]:1",
                              "localhost.example.com:1",
                              "127.0.0.1.example.com:1",
                              "127.1:1",
                              "2130706433:1",
                              "0x7f.1:1",
                              "dns:///qr.example.com:443",
                              "dns://127.0.0.1/qr.example.com",
                              "ipv4:127.0.0.1:1,10.0.0.1:1",
                              "ipv4:127.0.0.1:1,",
                              "localhost:50051@evil.example",
                              "localhost:1:2",
                              "[::1]evil.example:1",
                              "[::1",
                              "xds:///localhost",
                              "127.0.0.1 :1"})
    EXPECT_FALSE(IsLoopback(address)) << address;
}

ClientOptions At(const char* address) {
  ClientOptions options;
  options.address = address;
  return options;
}

const AppCredentials kApp = {"shop", "secret"};

TEST(Options, AcceptsWhatItCanUse) {
  EXPECT_NO_THROW(AppClient(At("127.0.0.1:1"), kApp));
  EXPECT_NO_THROW(ApproverClient(At("127.0.0.1:1"), "abc-._~+/=="));
  ClientOptions without_deadline = At("127.0.0.1:1");
  without_deadline.deadline = std::chrono::milliseconds::max();
  EXPECT_NO_THROW(AppClient(without_deadline, kApp));
}

TEST(Options, RejectsAnAddressOrADeadlineThatMakesNoSense) {
  EXPECT_THROW(AppClient(At(""), kApp), std::invalid_argument);
  ClientOptions options = At("127.0.0.1:1");
  options.deadline = std::chrono::milliseconds(0);
  EXPECT_THROW(AppClient(options, kApp), std::invalid_argument);
  AppClient client(At("127.0.0.1:1"), kApp);
  EXPECT_THROW(client.GetSigningKeys({}, {std::chrono::milliseconds(-1)}), std::invalid_argument);
  EXPECT_THROW(client.WatchStatus({}, {std::chrono::milliseconds(0)}), std::invalid_argument);
}

TEST(Options, RejectsRootCertificatesThatAreNotPemOrNotUsed) {
  ClientOptions options = At("127.0.0.1:1");
  options.root_certificates = "/etc/ssl/certs/ca.pem";
  EXPECT_THROW(AppClient(options, kApp), std::invalid_argument);
  options.root_certificates = "-----BEGIN CERTIFICATE-----";
  options.transport = Transport::kPlaintext;
  EXPECT_THROW(AppClient(options, kApp), std::invalid_argument);
}

TEST(Options, RejectsCredentialsThatNoServerCanReadAndDoesNotQuoteThem) {
  for (const AppCredentials& credentials :
       {AppCredentials{"", "top-secret"}, {"a:b", "top-secret"}, {"shop", ""}}) {
    try {
      AppClient client(At("127.0.0.1:1"), credentials);
      ADD_FAILURE() << "accepted " << credentials.app_id;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string(error.what()).find("top-secret"), std::string::npos);
    }
  }
  for (const char* token : {"", "=", "two words", "line\nbreak", "a=b", "t\xC3\xB6ken"}) {
    try {
      ApproverClient client(At("127.0.0.1:1"), token);
      ADD_FAILURE() << "accepted a token";
    } catch (const std::invalid_argument& error) {
      EXPECT_TRUE(*token == '\0' || *token == '=' ||
                  std::string(error.what()).find(token) == std::string::npos);
    }
  }
  EXPECT_THROW(ApproverClient(At("127.0.0.1:1"), TokenSource()), std::invalid_argument);
}

}  // namespace
}  // namespace qrlogin
