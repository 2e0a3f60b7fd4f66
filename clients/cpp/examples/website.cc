// A website's back end: shows the code, watches the status, and gets the user.
#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "environment.h"
#include "qrlogin/client.h"

namespace {

namespace v1 = qrlogin::v1;

/// Asks for the check code until it has the right number of digits. Returns nothing at the end of
/// the input.
std::optional<std::string> AskForCheckCode(std::size_t digits) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string typed;
  do {
    std::cout << "Type the " << digits << " digits that the phone shows: " << std::flush;
    if (!std::getline(std::cin, typed)) return std::nullopt;
  } while (typed.size() != digits || !std::all_of(typed.begin(), typed.end(), is_digit));
  return typed;
}

// snippet: errors
/// Submits a check code. After a wrong one, or if the ticket has ended meanwhile, the watch sends
/// the new status.
void SubmitCheckCode(qrlogin::AppClient& client, const v1::CreateTicketResponse& ticket,
                     const std::string& check_code) {
  v1::SubmitCheckCodeRequest request;
  request.set_ticket_id(ticket.ticket_id());
  request.set_ticket_secret(ticket.ticket_secret());
  request.set_check_code(check_code);
  try {
    client.SubmitCheckCode(request);
  } catch (const qrlogin::Error& error) {
    if (error.reason() == v1::ERROR_REASON_UNSPECIFIED) throw;
    std::cout << error.message();
    if (const auto left = error.attempts_left()) std::cout << " (" << *left << " attempts left)";
    std::cout << std::endl;
  }
}
// end snippet

// snippet: sign-in
/// Signs one user in. Returns nothing if the user declines, takes too long or types a wrong number
/// too often.
std::optional<v1::UserInfo> SignIn(qrlogin::AppClient& client) {
  const std::string verifier = qrlogin::CreateCodeVerifier();
  v1::CreateTicketRequest create;
  create.set_code_challenge(qrlogin::CodeChallengeOf(verifier));
  create.mutable_requester()->set_device_name("The C++ example");
  create.add_capabilities(v1::CREATOR_CAPABILITY_CHECK_CODE);
  create.add_capabilities(v1::CREATOR_CAPABILITY_QR_CODE_STEPS);
  const v1::CreateTicketResponse ticket = client.CreateTicket(create);
  // For the screen only: whoever has the text can scan it.
  std::string shown = ticket.qr_content();
  std::cout << shown << std::endl;

  v1::WatchStatusRequest watched;
  watched.set_ticket_id(ticket.ticket_id());
  watched.set_ticket_secret(ticket.ticket_secret());
  qrlogin::Watch watch = client.WatchStatus(watched);
  for (const v1::TicketStatus& status : watch) {
    std::cout << v1::TicketState_Name(status.state()) << std::endl;
    if (status.has_qr_code_step() && status.qr_code_step().qr_content() != shown) {
      shown = status.qr_code_step().qr_content();
      std::cout << shown << std::endl;
    }
    if (status.state() == v1::TICKET_STATE_AWAITING_CHECK_CODE) {
      const auto check_code = AskForCheckCode(status.check_code_digits());
      if (!check_code) return std::nullopt;
      SubmitCheckCode(client, ticket, *check_code);
    }
    if (status.state() == v1::TICKET_STATE_AUTHORIZED) {
      v1::ExchangeUserInfoRequest exchange;
      exchange.set_exchange_ticket(status.exchange_ticket());
      exchange.set_code_verifier(verifier);
      return client.ExchangeUserInfo(exchange).user();
    }
  }
  return std::nullopt;
}
// end snippet

}  // namespace

int main() try {
  qrlogin::ClientOptions options;
  options.address = FromEnvironment("QRLOGIN_ADDRESS", "127.0.0.1:50051");
  qrlogin::AppClient client(options, {FromEnvironment("QRLOGIN_APP_ID", "demo-app"),
                                      FromEnvironment("QRLOGIN_APP_SECRET", "demo-secret")});
  const auto user = SignIn(client);
  if (!user) {
    std::cout << "No user signed in." << std::endl;
    return 1;
  }
  std::cout << "Hello, " << user->nickname() << " (" << user->user_id() << ")" << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
