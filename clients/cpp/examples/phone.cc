// A mobile app: sends the scanned code, shows who is asking, and lets the user decide.
#include <google/protobuf/util/json_util.h>

#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "environment.h"
#include "qrlogin/client.h"

namespace {

namespace v1 = qrlogin::v1;

/// Replaces the control characters of a terminal by spaces. An attacker may have written the text.
std::string ToPrintable(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // In UTF-8, 0xC2 begins U+0080 to U+009F, which terminals obey too.
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F) text[i] = ' ';
    if (c1) text.replace(i, 2, "  ");
  }
  return text;
}

/// Returns what a source says, each value in quotation marks.
std::string ItemsOf(const v1::MarkScannedResponse& request,
                    const std::vector<v1::ContextSource>& sources) {
  const v1::RequesterContext& requester = request.requester();
  std::string custom_data;
  if (!request.custom_data().fields().empty()) {
    const auto status =
        google::protobuf::util::MessageToJsonString(request.custom_data(), &custom_data);
    if (!status.ok()) custom_data = "unreadable";
  }
  const struct {
    const char* name;
    const std::string& text;
    v1::ContextSource source;
  } items[] = {
      {"network address", requester.ip_address(), requester.ip_address_source()},
      {"device", requester.device_name(), requester.device_name_source()},
      {"browser", requester.user_agent(), requester.user_agent_source()},
      {"location", requester.location(), requester.location_source()},
      {"further data", custom_data, request.custom_data_source()},
  };
  std::string list;
  for (const auto& [name, text, source] : items) {
    // A source that this version does not know counts as a claim of the page.
    const auto known =
        v1::ContextSource_IsValid(source) ? source : v1::CONTEXT_SOURCE_CLAIMED_BY_PAGE;
    bool chosen = false;
    for (const v1::ContextSource one : sources) chosen = chosen || one == known;
    if (!chosen || text.empty()) continue;
    list += (list.empty() ? "" : ", ") + std::string(name) + " \"" + ToPrintable(text) + "\"";
  }
  return list.empty() ? "nothing" : list;
}

/// Shows what the service says about the request, and nothing that was read from the code.
void Describe(const v1::MarkScannedResponse& request) {
  const std::string app = ToPrintable(request.app().name());
  std::cout << app << " asks you to sign in.\n"
            << "  Seen by the sign-in service: "
            << ItemsOf(request, {v1::CONTEXT_SOURCE_OBSERVED_BY_GATEWAY}) << "\n  " << app
            << " says: " << ItemsOf(request, {v1::CONTEXT_SOURCE_STATED_BY_APP}) << "\n"
            << "  The page says (not checked): "
            << ItemsOf(request, {v1::CONTEXT_SOURCE_CLAIMED_BY_PAGE}) << std::endl;
  if (request.check_code_digits() > 0)
    std::cout << "Next, you get a number to type on that page. If anyone else wants it, say no.\n";
}

bool AskForConsent() {
  std::cout << "Is the code on a screen in front of you, on a page that you opened yourself just "
               "now? [y/N] "
            << std::flush;
  // The end of the input is no consent.
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

void Approve(qrlogin::ApproverClient& client, const std::string& qr_content) {
  v1::MarkScannedRequest scan;
  scan.set_qr_content(qr_content);
  scan.add_capabilities(v1::PHONE_CAPABILITY_CHECK_CODE);
  const v1::MarkScannedResponse request = client.MarkScanned(scan);
  Describe(request);
  if (!AskForConsent()) {
    v1::CancelRequest cancel;
    cancel.set_ticket_id(request.ticket_id());
    client.Cancel(cancel);
    std::cout << "Declined." << std::endl;
    return;
  }
  v1::AuthorizeRequest authorize;
  authorize.set_ticket_id(request.ticket_id());
  const v1::AuthorizeResponse approved = client.Authorize(authorize);
  if (approved.check_code().empty()) {
    std::cout << "Approved." << std::endl;
    return;
  }
  std::cout << "Type this number on " << ToPrintable(request.app().name())
            << " only: " << approved.check_code()
            << "\n  Never tell it to anybody, not by phone, chat or mail." << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: phone TEXT" << std::endl;
    return 2;
  }
  qrlogin::ClientOptions options;
  options.address = FromEnvironment("QRLOGIN_ADDRESS", "127.0.0.1:50051");
  qrlogin::ApproverClient client(options, FromEnvironment("QRLOGIN_USER_TOKEN"));
  Approve(client, argv[1]);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
