// Signs alice in at the real service, which clients/with-server starts.
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "qrlogin/client.h"

namespace qrlogin {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set; see clients/with-server");
  return value;
}

TEST(SignIn, AliceIsSignedInOnceAndCannotBeExchangedAgain) {
  ClientOptions options;
  options.address = FromEnvironment("QRLOGIN_ADDRESS");
  AppClient app(options, {"demo-app", "demo-secret"});
  ApproverClient approver(options, FromEnvironment("QRLOGIN_USER_TOKEN"));

  const std::string verifier = CreateCodeVerifier();
  v1::CreateTicketRequest create;
  create.set_code_challenge(CodeChallengeOf(verifier));
  const auto ticket = app.CreateTicket(create);
  v1::WatchStatusRequest watched;
  watched.set_ticket_id(ticket.ticket_id());
  watched.set_ticket_secret(ticket.ticket_secret());
  Watch watch = app.WatchStatus(watched);
  EXPECT_EQ(watch.Next()->state(), v1::TICKET_STATE_PENDING);

  v1::MarkScannedRequest scan;
  scan.set_qr_content(ticket.qr_content());
  EXPECT_FALSE(approver.MarkScanned(scan).app().name().empty());
  EXPECT_EQ(watch.Next()->state(), v1::TICKET_STATE_SCANNED);
  v1::AuthorizeRequest authorize;
  authorize.set_ticket_id(ticket.ticket_id());
  approver.Authorize(authorize);
  const auto authorized = watch.Next();
  ASSERT_EQ(authorized->state(), v1::TICKET_STATE_AUTHORIZED);

  v1::ExchangeUserInfoRequest exchange;
  exchange.set_exchange_ticket(authorized->exchange_ticket());
  exchange.set_code_verifier(verifier);
  EXPECT_EQ(app.ExchangeUserInfo(exchange).user().user_id(), "alice");
  EXPECT_EQ(watch.Next()->state(), v1::TICKET_STATE_EXCHANGED);
  EXPECT_EQ(watch.Next(), std::nullopt);
  try {
    app.ExchangeUserInfo(exchange);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.reason(), v1::ERROR_REASON_TICKET_ALREADY_EXCHANGED);
    EXPECT_EQ(error.current_state(), "EXCHANGED");
  }
}

}  // namespace
}  // namespace qrlogin
