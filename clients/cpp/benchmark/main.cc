// Compares the client with the bare generated one, against the service at QRLOGIN_ADDRESS.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "qrlogin/client.h"

namespace {

namespace v1 = qrlogin::v1;

constexpr int kCalls = 1'000;
constexpr int kWatches = 300;
constexpr int kWatchesPerTicket = 100;
/// Rounds of each side. They alternate, so that a change of the machine's speed hits both.
constexpr int kRounds = 10;

using Work = std::function<void(int times)>;

void Require(const grpc::Status& status) {
  if (!status.ok()) throw qrlogin::Error(status);
}

double MillisecondsOf(const Work& work, int times) {
  const auto begin = std::chrono::steady_clock::now();
  work(times);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Prints the medians per operation and their ratio.
void Compare(const char* name, int times, const Work& layer, const Work& bare) {
  const int per_round = times / kRounds;
  layer(per_round);
  bare(per_round);
  std::vector<double> layer_times;
  std::vector<double> bare_times;
  for (int round = 0; round < kRounds; ++round) {
    layer_times.push_back(MillisecondsOf(layer, per_round) / per_round);
    bare_times.push_back(MillisecondsOf(bare, per_round) / per_round);
  }
  const double with_layer = Median(layer_times);
  const double without = Median(bare_times);
  std::cout << name << ": layer " << with_layer << " ms, generated client " << without
            << " ms, ratio " << with_layer / without << std::endl;
}

/// Creates the tickets to watch: a new one after so many watches.
class Tickets {
 public:
  explicit Tickets(qrlogin::AppClient& client) : client_(client) {}

  const v1::WatchStatusRequest& Next() {
    if (used_++ % kWatchesPerTicket == 0) {
      v1::CreateTicketRequest request;
      request.mutable_ttl()->set_seconds(60);
      const auto ticket = client_.CreateTicket(request);
      watched_.set_ticket_id(ticket.ticket_id());
      watched_.set_ticket_secret(ticket.ticket_secret());
    }
    return watched_;
  }

 private:
  qrlogin::AppClient& client_;
  int used_ = 0;
  v1::WatchStatusRequest watched_;
};

void Run(const std::string& address) {
  qrlogin::ClientOptions options;
  options.address = address;
  qrlogin::AppClient client(options, {"demo-app", "demo-secret"});
  const auto stub =
      v1::QrLoginService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  const std::string credentials = "Basic ZGVtby1hcHA6ZGVtby1zZWNyZXQ=";

  Compare(
      "GetSigningKeys", kCalls,
      [&](int times) {
        for (int i = 0; i < times; ++i) client.GetSigningKeys();
      },
      [&](int times) {
        for (int i = 0; i < times; ++i) {
          grpc::ClientContext context;
          context.AddMetadata("authorization", credentials);
          v1::GetSigningKeysResponse response;
          Require(stub->GetSigningKeys(&context, {}, &response));
        }
      });

  Tickets tickets(client);
  Compare(
      "WatchStatus, first status", kWatches,
      [&](int times) {
        for (int i = 0; i < times; ++i) client.WatchStatus(tickets.Next()).Next();
      },
      [&](int times) {
        for (int i = 0; i < times; ++i) {
          grpc::ClientContext context;
          context.AddMetadata("authorization", credentials);
          const auto reader = stub->WatchStatus(&context, tickets.Next());
          v1::WatchStatusResponse message;
          const bool read = reader->Read(&message);
          context.TryCancel();
          const grpc::Status status = reader->Finish();
          if (!read) Require(status);
        }
      });
}

}  // namespace

int main() try {
  const char* address = std::getenv("QRLOGIN_ADDRESS");
  if (address == nullptr)
    throw std::runtime_error("QRLOGIN_ADDRESS is not set; see clients/with-server");
  Run(address);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
