#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake_server.h"
#include "qrlogin/client.h"

namespace qrlogin {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using test::Failure;
using test::FakeServer;

const AppCredentials kApp = {"shop", "top-secret"};

/// Calls a function that throws an Error, and returns it.
template <typename Function>
Error ErrorOf(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("The call succeeded");
}

TEST(Calls, SendTheCredentialsOfTheAppAndADeadline) {
  FakeServer server;
  AppClient client(server.options(), kApp);
  client.CreateTicket();
  const FakeServer::Call call = server.calls().at(0);
  EXPECT_EQ(call.authorization, "Basic c2hvcDp0b3Atc2VjcmV0");
  EXPECT_TRUE(call.has_deadline);
}

TEST(Calls, AskForTheTokenOncePerCall) {
  FakeServer server;
  server.unary = [](grpc::ServerContext&, int number) {
    return number == 1 ? grpc::Status(StatusCode::UNAVAILABLE, "again") : grpc::Status::OK;
  };
  int asked = 0;
  ApproverClient client(server.options(), [&] { return "token-" + std::to_string(++asked); });
  client.MarkScanned({});
  client.Authorize({});
  const auto calls = server.calls();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].authorization, "Bearer token-1");
  EXPECT_EQ(calls[1].authorization, "Bearer token-1");
  EXPECT_EQ(calls[2].authorization, "Bearer token-2");
}

TEST(Calls, RejectATokenThatGrpcCannotSendAndDoNotQuoteIt) {
  FakeServer server;
  ApproverClient client(server.options(), [] { return std::string("eyJ\n"); });
  try {
    client.Cancel({});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).find("eyJ"), std::string::npos);
  }
  EXPECT_TRUE(server.calls().empty());
}

TEST(Calls, PassOnWhatTheTokenSourceThrows) {
  FakeServer server;
  ApproverClient client(server.options(), []() -> std::string { throw std::domain_error("gone"); });
  EXPECT_THROW(client.Cancel({}), std::domain_error);
}

TEST(Calls, GeneratedClientHasTheSameCredentialsOnRequest) {
  FakeServer server;
  AppClient client(server.options(), kApp);
  grpc::ClientContext context;
  client.AddCredentials(&context);
  v1::GetSigningKeysResponse response;
  EXPECT_TRUE(client.stub()->GetSigningKeys(&context, {}, &response).ok());
  EXPECT_EQ(server.calls().at(0).authorization, "Basic c2hvcDp0b3Atc2VjcmV0");
}

TEST(Retries, IdempotentMethodsAreRetriedFourTimesInAll) {
  FakeServer server;
  server.unary = [](grpc::ServerContext&, int) {
    return grpc::Status(StatusCode::UNAVAILABLE, "away");
  };
  AppClient app(server.options(), kApp);
  ApproverClient approver(server.options(), "token");
  std::size_t expected = 0;
  const auto expect_four = [&](const auto& call) {
    EXPECT_EQ(ErrorOf(call).code(), StatusCode::UNAVAILABLE);
    EXPECT_EQ(server.calls().size(), expected += 4);
  };
  expect_four([&] { app.GetStatus({}); });
  expect_four([&] { app.Withdraw({}); });
  expect_four([&] { app.GetSigningKeys(); });
  expect_four([&] { approver.MarkScanned({}); });
  expect_four([&] { approver.Authorize({}); });
  expect_four([&] { approver.Cancel({}); });
}

TEST(Retries, ExchangeCreationAndCheckCodeAreNeverRepeated) {
  FakeServer server;
  server.unary = [](grpc::ServerContext&, int) {
    return grpc::Status(StatusCode::UNAVAILABLE, "away");
  };
  AppClient client(server.options(), kApp);
  EXPECT_EQ(ErrorOf([&] { client.ExchangeUserInfo({}); }).code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.calls().size(), 1U);
  EXPECT_EQ(ErrorOf([&] { client.CreateTicket(); }).code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.calls().size(), 2U);
  EXPECT_EQ(ErrorOf([&] { client.SubmitCheckCode({}); }).code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.calls().size(), 3U);
}

TEST(Retries, ComeNoSoonerThanTheServiceAsks) {
  FakeServer server;
  server.unary = [](grpc::ServerContext& context, int number) {
    if (number > 1) return grpc::Status::OK;
    context.AddTrailingMetadata("grpc-retry-pushback-ms", "300");
    return Failure(StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE", milliseconds(300));
  };
  AppClient client(server.options(), kApp);
  client.GetStatus({});
  const auto calls = server.calls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_GE(calls[1].time - calls[0].time, milliseconds(295));
}

TEST(Retries, DoNotHappenWhereTheServiceForbidsThem) {
  FakeServer server;
  server.unary = [](grpc::ServerContext& context, int) {
    context.AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
    return grpc::Status(StatusCode::UNAVAILABLE, "no");
  };
  AppClient client(server.options(), kApp);
  EXPECT_EQ(ErrorOf([&] { client.GetStatus({}); }).code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.calls().size(), 1U);
}

TEST(Deadlines, EndACallRetriesIncluded) {
  FakeServer server;
  server.unary = [](grpc::ServerContext& context, int number) {
    if (number == 1) return grpc::Status(StatusCode::UNAVAILABLE, "again");
    test::WaitForCancellation(context);
    return grpc::Status::CANCELLED;
  };
  AppClient client(server.options(), kApp);
  const Error error = ErrorOf([&] { client.GetStatus({}, {milliseconds(500)}); });
  EXPECT_EQ(error.code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(error.reason(), v1::ERROR_REASON_UNSPECIFIED);
}

TEST(Deadlines, AreTheClientsByDefault) {
  FakeServer server;
  server.unary = [](grpc::ServerContext& context, int) {
    test::WaitForCancellation(context);
    return grpc::Status::CANCELLED;
  };
  ClientOptions options = server.options();
  options.deadline = milliseconds(100);
  AppClient client(options, kApp);
  EXPECT_EQ(ErrorOf([&] { client.CreateTicket(); }).code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST(Deadlines, CanBeLeftOut) {
  FakeServer server;
  AppClient client(server.options(), kApp);
  client.GetSigningKeys({}, {milliseconds::max()});
  EXPECT_FALSE(server.calls().at(0).has_deadline);
}

TEST(Close, EndsRunningCallsAndLaterOnes) {
  FakeServer server;
  server.unary = [](grpc::ServerContext& context, int) {
    test::WaitForCancellation(context);
    return grpc::Status::CANCELLED;
  };
  AppClient client(server.options(), kApp);
  auto running =
      std::async(std::launch::async, [&] { return ErrorOf([&] { client.GetStatus({}); }); });
  server.WaitForCalls(1);
  client.Close();
  EXPECT_STREQ(running.get().what(), "CANCELLED: The client is closed");
  EXPECT_STREQ(ErrorOf([&] { client.CreateTicket(); }).what(), "CANCELLED: The client is closed");
  EXPECT_EQ(ErrorOf([&] { client.stub(); }).code(), StatusCode::CANCELLED);
  client.Close();
  EXPECT_EQ(server.calls().size(), 1U);
}

TEST(Clients, CanBeMovedAndClosedOnceMoved) {
  FakeServer server;
  AppClient client(server.options(), kApp);
  AppClient moved = std::move(client);
  moved.CreateTicket();
  moved = AppClient(server.options(), {"other", "secret"});
  moved.CreateTicket();
  EXPECT_EQ(server.calls().at(1).authorization, "Basic b3RoZXI6c2VjcmV0");
}

TEST(Clients, CanBeSharedByManyThreads) {
  FakeServer server;
  AppClient client(server.options(), kApp);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) client.GetSigningKeys();
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto calls = server.calls();
  EXPECT_EQ(calls.size(), 160U);
  for (const auto& call : calls) EXPECT_EQ(call.peer, calls[0].peer);
}

}  // namespace
}  // namespace qrlogin
