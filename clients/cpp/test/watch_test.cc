#include "qrlogin/watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fake_server.h"
#include "qrlogin/client.h"
#include "watch_loop.h"

namespace qrlogin {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using test::Failure;
using test::FakeServer;

v1::WatchStatusResponse Message(v1::TicketState state, unsigned revision, int seconds_left = 60) {
  v1::WatchStatusResponse message;
  v1::TicketStatus& status = *message.mutable_status();
  status.set_state(state);
  status.set_revision(revision);
  status.mutable_remaining_duration()->set_seconds(seconds_left);
  return message;
}

const auto kPending = Message(v1::TICKET_STATE_PENDING, 1);
const auto kScanned = Message(v1::TICKET_STATE_SCANNED, 2);
const auto kExpired = Message(v1::TICKET_STATE_EXPIRED, 3, 0);

class WatchTest : public testing::Test {
 protected:
  /// Sets the answers to the first call, the second one, and so on. The last one is repeated.
  void Answer(
      std::vector<std::function<grpc::Status(grpc::ServerContext&, FakeServer::Writer&)>> answers) {
    server_.watch = [answers = std::move(answers)](grpc::ServerContext& context, int number,
                                                   FakeServer::Writer& writer) {
      const auto index = std::min(static_cast<std::size_t>(number), answers.size()) - 1;
      return answers[index](context, writer);
    };
  }

  /// Creates a watch whose random pauses are the longest possible.
  internal::WatchLoop Loop() {
    return internal::WatchLoop(std::make_shared<internal::Connection>(
                                   server_.options(), [] { return std::string("Basic x"); }),
                               {}, {}, internal::Backoff([] { return 1.0; }));
  }

  /// Reads a watch to its end, and returns the revisions of its statuses.
  static std::vector<unsigned> Revisions(Watch& watch) {
    std::vector<unsigned> revisions;
    for (const v1::TicketStatus& status : watch) revisions.push_back(status.revision());
    return revisions;
  }

  static StatusCode CodeOfEnd(Watch& watch) {
    try {
      while (watch.Next()) {
      }
    } catch (const Error& error) {
      return error.code();
    }
    return StatusCode::OK;
  }

  FakeServer server_;
  AppClient client_{server_.options(), {"shop", "secret"}};
};

/// An answer that ends with the terminal status.
grpc::Status Finish(grpc::ServerContext&, FakeServer::Writer& writer) {
  writer.Write(kExpired);
  return grpc::Status::OK;
}

/// An answer that is silent after the first status.
grpc::Status Wait(grpc::ServerContext& context, FakeServer::Writer& writer) {
  writer.Write(kPending);
  test::WaitForCancellation(context);
  return grpc::Status::CANCELLED;
}

TEST_F(WatchTest, YieldsEachStatusThatDiffersInMoreThanTheRemainingDurations) {
  v1::WatchStatusResponse first_step = Message(v1::TICKET_STATE_PENDING, 1, 59);
  first_step.mutable_status()->mutable_qr_code_step()->set_number(1);
  v1::WatchStatusResponse repeated_step = first_step;
  repeated_step.mutable_status()->mutable_qr_code_step()->mutable_remaining_duration()->set_seconds(
      4);
  v1::WatchStatusResponse second_step = first_step;
  second_step.mutable_status()->mutable_qr_code_step()->set_number(2);
  Answer({[&](grpc::ServerContext&, FakeServer::Writer& writer) {
    for (const auto& message : {kPending, Message(v1::TICKET_STATE_PENDING, 1, 45), first_step,
                                repeated_step, second_step, kScanned, kExpired})
      writer.Write(message);
    return grpc::Status::OK;
  }});
  Watch watch = client_.WatchStatus({});
  EXPECT_EQ(watch.Next()->qr_code_step().number(), 0U);
  EXPECT_EQ(watch.Next()->qr_code_step().number(), 1U);
  EXPECT_EQ(watch.Next()->qr_code_step().number(), 2U);
  EXPECT_EQ(watch.Next()->state(), v1::TICKET_STATE_SCANNED);
  EXPECT_EQ(watch.Next()->state(), v1::TICKET_STATE_EXPIRED);
  EXPECT_EQ(watch.Next(), std::nullopt);
  EXPECT_EQ(watch.Next(), std::nullopt);
  EXPECT_EQ(server_.calls().size(), 1U);
  EXPECT_FALSE(server_.calls()[0].has_deadline);
}

TEST_F(WatchTest, CancelsTheCallBeforeTheCallerGetsATerminalStatus) {
  Answer({[](grpc::ServerContext& context, FakeServer::Writer& writer) {
    writer.Write(kExpired);
    test::WaitForCancellation(context);
    return grpc::Status::CANCELLED;
  }});
  Watch watch = client_.WatchStatus({});
  ASSERT_EQ(watch.Next()->state(), v1::TICKET_STATE_EXPIRED);
  server_.WaitForEnds(1);
}

TEST_F(WatchTest, AnUnknownStateIsNotTerminal) {
  Answer({[](grpc::ServerContext& context, FakeServer::Writer& writer) {
    writer.Write(Message(static_cast<v1::TicketState>(99), 1));
    return Finish(context, writer);
  }});
  Watch watch = client_.WatchStatus({});
  EXPECT_EQ(Revisions(watch), (std::vector<unsigned>{1, 3}));
}

TEST_F(WatchTest, CallsAgainAfterEachInterruption) {
  const auto fail_after_first = [](const grpc::Status& status) {
    return [status](grpc::ServerContext&, FakeServer::Writer& writer) {
      writer.Write(kPending);
      return status;
    };
  };
  Answer({fail_after_first(grpc::Status::OK),
          fail_after_first(Failure(StatusCode::UNAVAILABLE, "SERVER_DRAINING", milliseconds(1))),
          fail_after_first(grpc::Status(StatusCode::CANCELLED, "by a proxy")),
          fail_after_first(grpc::Status(StatusCode::DEADLINE_EXCEEDED, "by a proxy")),
          fail_after_first(Failure(StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WATCHES")), Finish});
  Watch watch = client_.WatchStatus({});
  EXPECT_EQ(Revisions(watch), (std::vector<unsigned>{1, 3}));
  EXPECT_EQ(server_.calls().size(), 6U);
}

TEST_F(WatchTest, PausesLongerEachTimeAndNoShorterThanTheServiceAsks) {
  const auto unavailable = [](grpc::ServerContext&, FakeServer::Writer&) {
    return grpc::Status(StatusCode::UNAVAILABLE, "away");
  };
  const auto ask_for_a_pause = [](grpc::ServerContext&, FakeServer::Writer&) {
    return Failure(StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE", milliseconds(300));
  };
  // Ends each call at once after a status, which must not begin the pauses again.
  const auto end_at_once = [](grpc::ServerContext&, FakeServer::Writer& writer) {
    writer.Write(kPending);
    return grpc::Status::OK;
  };
  Answer({end_at_once, unavailable, ask_for_a_pause, Finish});
  internal::WatchLoop loop = Loop();
  while (loop.Next()) {
  }
  const auto calls = server_.calls();
  ASSERT_EQ(calls.size(), 4U);
  EXPECT_GE(calls[1].time - calls[0].time, milliseconds(100));
  EXPECT_GE(calls[2].time - calls[1].time, milliseconds(200));
  EXPECT_GE(calls[3].time - calls[2].time, milliseconds(300 + 400));
}

TEST_F(WatchTest, EndsWithAnyOtherErrorAndKeepsIt) {
  for (const auto& [code, reason] : {std::pair{StatusCode::NOT_FOUND, "TICKET_NOT_FOUND"},
                                     {StatusCode::ABORTED, "WATCH_SUPERSEDED"},
                                     {StatusCode::UNAUTHENTICATED, "APP_UNAUTHENTICATED"},
                                     {StatusCode::UNAVAILABLE, "OUTCOME_UNKNOWN"}}) {
    const std::size_t before = server_.calls().size();
    server_.watch = [code = code, reason = reason](grpc::ServerContext&, int, FakeServer::Writer&) {
      return Failure(code, reason);
    };
    Watch watch = client_.WatchStatus({});
    EXPECT_EQ(CodeOfEnd(watch), code);
    EXPECT_EQ(CodeOfEnd(watch), code);
    EXPECT_EQ(server_.calls().size(), before + 1) << reason;
  }
}

TEST_F(WatchTest, AMessageWithoutAStatusIsAnInternalError) {
  Answer({[](grpc::ServerContext& context, FakeServer::Writer& writer) {
    writer.Write({});
    return Finish(context, writer);
  }});
  Watch watch = client_.WatchStatus({});
  EXPECT_EQ(CodeOfEnd(watch), StatusCode::INTERNAL);
}

TEST_F(WatchTest, CancelEndsANextThatWaitsForAStatus) {
  Answer({Wait});
  Watch watch = client_.WatchStatus({});
  watch.Next();
  auto end = std::async(std::launch::async, [&] { return CodeOfEnd(watch); });
  watch.Cancel();
  EXPECT_EQ(end.get(), StatusCode::CANCELLED);
  server_.WaitForEnds(1);
}

TEST_F(WatchTest, CancelEndsANextThatPauses) {
  Answer({[](grpc::ServerContext&, FakeServer::Writer&) {
    return Failure(StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE", milliseconds(2'000));
  }});
  Watch watch = client_.WatchStatus({});
  auto end = std::async(std::launch::async, [&] { return CodeOfEnd(watch); });
  server_.WaitForEnds(1);
  watch.Cancel();
  EXPECT_EQ(end.get(), StatusCode::CANCELLED);
  EXPECT_EQ(server_.calls().size(), 1U);
}

TEST_F(WatchTest, CancelBeforeTheFirstNextMakesNoCall) {
  Watch watch = client_.WatchStatus({});
  watch.Cancel();
  EXPECT_EQ(CodeOfEnd(watch), StatusCode::CANCELLED);
  EXPECT_TRUE(server_.calls().empty());
}

TEST_F(WatchTest, DestructorCancelsTheCall) {
  Answer({Wait});
  {
    Watch watch = client_.WatchStatus({});
    for (const v1::TicketStatus& status : watch) {
      EXPECT_EQ(status.state(), v1::TICKET_STATE_PENDING);
      break;
    }
  }
  server_.WaitForEnds(1);
}

TEST_F(WatchTest, EndsWithItsClient) {
  Answer({Wait});
  std::optional<AppClient> client(std::in_place, server_.options(), AppCredentials{"shop", "x"});
  Watch watch = client->WatchStatus({});
  Watch unused = client->WatchStatus({});
  watch.Next();
  client.reset();
  server_.WaitForEnds(1);
  for (Watch* ended : {&watch, &unused}) {
    try {
      ended->Next();
      FAIL();
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "CANCELLED: The client is closed");
    }
  }
}

TEST_F(WatchTest, EndsAtTheDeadlineOfTheCaller) {
  Answer({Wait});
  Watch silent = client_.WatchStatus({}, {milliseconds(200)});
  EXPECT_EQ(CodeOfEnd(silent), StatusCode::DEADLINE_EXCEEDED);
  Answer({[](grpc::ServerContext&, FakeServer::Writer&) {
    return Failure(StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE", milliseconds(2'000));
  }});
  Watch pausing = client_.WatchStatus({}, {milliseconds(200)});
  EXPECT_EQ(CodeOfEnd(pausing), StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(WatchTest, HasAConnectionOfItsOwn) {
  Answer({Finish});
  Watch watch = client_.WatchStatus({});
  Revisions(watch);
  client_.GetSigningKeys();
  Watch second = client_.WatchStatus({});
  Revisions(second);
  const auto calls = server_.calls();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_NE(calls[0].peer, calls[1].peer);
  EXPECT_EQ(calls[0].peer, calls[2].peer);
}

}  // namespace
}  // namespace qrlogin
