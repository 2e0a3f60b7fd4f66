// Plays the runner's protocol of conformance/README.md on standard input and output.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "json.h"
#include "qrlogin/client.h"

namespace conformance {
namespace {

namespace v1 = qrlogin::v1;
using qrlogin::AppClient;
using qrlogin::ApproverClient;

/// The clients that a command opened. One of them is set.
struct Client {
  std::unique_ptr<AppClient> app;
  std::unique_ptr<ApproverClient> approver;
};

/// A watch of the layer, or one WatchStatus call of the generated client.
class Watch {
 public:
  virtual ~Watch() = default;
  /// Returns the next status, or nothing at the end. Throws `qrlogin::Error`.
  virtual std::optional<v1::TicketStatus> Next() = 0;
  virtual void Cancel() = 0;
};

class LayerWatch : public Watch {
 public:
  explicit LayerWatch(qrlogin::Watch watch) : watch_(std::move(watch)) {}
  std::optional<v1::TicketStatus> Next() override { return watch_.Next(); }
  void Cancel() override { watch_.Cancel(); }

 private:
  qrlogin::Watch watch_;
};

class RawWatch : public Watch {
 public:
  RawWatch(AppClient& client, const v1::WatchStatusRequest& request) : stub_(client.stub()) {
    client.AddCredentials(&context_);
    reader_ = stub_->WatchStatus(&context_, request);
  }
  ~RawWatch() override {
    Cancel();
    if (!finished_) reader_->Finish();
  }
  std::optional<v1::TicketStatus> Next() override {
    v1::WatchStatusResponse message;
    if (reader_->Read(&message)) return message.status();
    finished_ = true;
    const grpc::Status status = reader_->Finish();
    if (!status.ok()) throw qrlogin::Error(status);
    return std::nullopt;
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  std::shared_ptr<v1::QrLoginService::StubInterface> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderInterface<v1::WatchStatusResponse>> reader_;
  bool finished_ = false;
};

std::chrono::milliseconds Milliseconds(const Value& value) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(value.number_value()));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("Cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Runner {
 public:
  /// Reads commands until the end of the input.
  void Run() {
    std::string line;
    while (std::getline(std::cin, line)) {
      Struct command;
      Parse(line, &command);
      Start(std::move(command));
    }
    for (auto& [name, watch] : watches_) watch->Cancel();
    for (auto& [name, client] : clients_) Close(*client);
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  /// Carries a command out, and returns its result as JSON.
  using Action = std::function<std::string()>;

  /// Looks up what a command is for, here and in order, and starts it.
  void Start(Struct command) {
    const std::string name = Text(command, "command");
    if (name == "call" || name == "next") {
      Action action = name == "call" ? PrepareCall(command) : PrepareNext(command);
      threads_.emplace_back([this, command = std::move(command), action = std::move(action)] {
        Answer(command, action);
      });
    } else if (name == "open") {
      Answer(command, [&] { return Open(command); });
    } else if (name == "watch") {
      Answer(command, [&] { return OpenWatch(command); });
    } else if (name == "cancel") {
      Answer(command, [&] {
        watches_.at(Text(command, "watch"))->Cancel();
        return Object().text();
      });
    } else if (name == "close") {
      Answer(command, [&] {
        Close(*clients_.at(Text(command, "client")));
        return Object().text();
      });
    } else if (name == "pkce") {
      Answer(command, [&] { return CreatePkce(command); });
    } else {
      throw std::runtime_error("Unknown command " + name);
    }
  }

  /// Writes the result of an action, or its error.
  void Answer(const Struct& command, const Action& action) {
    Object answer;
    answer.Add("id", Format(command.fields().at("id")));
    try {
      answer.Add("result", action());
    } catch (const qrlogin::Error& error) {
      answer.Add("error", Format(error));
    } catch (const std::invalid_argument& error) {
      answer.Add("error", Object()
                              .Add("code", Quote("REJECTED_BY_CLIENT"))
                              .Add("message", Quote(error.what()))
                              .text());
    }
    const std::lock_guard lock(output_);
    std::cout << answer.text() << std::endl;
  }

  std::string Open(const Struct& command) {
    qrlogin::ClientOptions options;
    options.address = Text(command, "address");
    if (const Value* deadline = Find(command, "deadlineMs"))
      options.deadline = Milliseconds(*deadline);
    if (Find(command, "rootCertificates") != nullptr)
      options.root_certificates = ReadFile(Text(command, "rootCertificates"));
    auto client = std::make_shared<Client>();
    if (Text(command, "kind") == "app") {
      client->app = std::make_unique<AppClient>(
          options, qrlogin::AppCredentials{Text(command, "appId"), Text(command, "appSecret")});
    } else {
      client->approver = std::make_unique<ApproverClient>(options, Text(command, "token"));
    }
    clients_[Text(command, "client")] = std::move(client);
    return Object().text();
  }

  static void Close(const Client& client) {
    if (client.app) client.app->Close();
    if (client.approver) client.approver->Close();
  }

  Action PrepareCall(const Struct& command) {
    std::shared_ptr<Client> client = clients_.at(Text(command, "client"));
    const std::string rpc = Text(command, "rpc");
    qrlogin::CallOptions options;
    if (const Value* deadline = Find(command, "deadlineMs"))
      options.deadline = Milliseconds(*deadline);
    Value request;
    request.mutable_struct_value();
    if (const Value* given = Find(command, "request")) request = *given;
    // Returns an action that calls a method of the client's class.
    const auto method = [&](auto&& owner, auto function) -> Action {
      return Invoke(client, *owner, function, request, options);
    };
    if (client->app) {
      if (rpc == "CreateTicket") return method(client->app, &AppClient::CreateTicket);
      if (rpc == "GetStatus") return method(client->app, &AppClient::GetStatus);
      if (rpc == "SubmitCheckCode") return method(client->app, &AppClient::SubmitCheckCode);
      if (rpc == "Withdraw") return method(client->app, &AppClient::Withdraw);
      if (rpc == "ExchangeUserInfo") return method(client->app, &AppClient::ExchangeUserInfo);
      if (rpc == "GetSigningKeys") return method(client->app, &AppClient::GetSigningKeys);
    } else {
      if (rpc == "MarkScanned") return method(client->approver, &ApproverClient::MarkScanned);
      if (rpc == "Authorize") return method(client->approver, &ApproverClient::Authorize);
      if (rpc == "Cancel") return method(client->approver, &ApproverClient::Cancel);
    }
    throw std::runtime_error("The client has no method " + rpc);
  }

  template <typename Owner, typename Request, typename Response>
  static Action Invoke(std::shared_ptr<Client> client, Owner& owner,
                       Response (Owner::*method)(const Request&, const qrlogin::CallOptions&),
                       const Value& json, const qrlogin::CallOptions& options) {
    Request request;
    Parse(json, &request);
    return [client = std::move(client), &owner, method, request, options] {
      return Object().Add("response", Format((owner.*method)(request, options))).text();
    };
  }

  std::string OpenWatch(const Struct& command) {
    AppClient& app = *clients_.at(Text(command, "client"))->app;
    v1::WatchStatusRequest request;
    if (const Value* given = Find(command, "request")) Parse(*given, &request);
    const Value* raw = Find(command, "raw");
    std::shared_ptr<Watch> watch;
    if (raw != nullptr && raw->bool_value()) {
      watch = std::make_shared<RawWatch>(app, request);
    } else {
      watch = std::make_shared<LayerWatch>(app.WatchStatus(request));
    }
    watches_[Text(command, "watch")] = std::move(watch);
    return Object().text();
  }

  Action PrepareNext(const Struct& command) {
    std::shared_ptr<Watch> watch = watches_.at(Text(command, "watch"));
    return [watch = std::move(watch)] {
      const auto status = watch->Next();
      return status ? Object().Add("status", Format(*status)).text()
                    : Object().Add("end", "true").text();
    };
  }

  static std::string CreatePkce(const Struct& command) {
    const std::string verifier = Find(command, "codeVerifier") != nullptr
                                     ? Text(command, "codeVerifier")
                                     : qrlogin::CreateCodeVerifier();
    return Object()
        .Add("codeVerifier", Quote(verifier))
        .Add("codeChallenge", Quote(qrlogin::CodeChallengeOf(verifier)))
        .text();
  }

  std::map<std::string, std::shared_ptr<Client>> clients_;
  std::map<std::string, std::shared_ptr<Watch>> watches_;
  std::vector<std::thread> threads_;
  std::mutex output_;
};

}  // namespace
}  // namespace conformance

int main() try {
  conformance::Runner().Run();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "runner: " << error.what() << std::endl;
  // Without destructors: threads may still be waiting for the service.
  std::_Exit(1);
}
