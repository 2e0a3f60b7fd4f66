#ifndef QRLOGIN_SRC_CHANNEL_H_
#define QRLOGIN_SRC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string_view>

#include "qrlogin/options.h"

namespace qrlogin::internal {

/// Reports whether a gRPC address leads to this machine only. Returns false in case of doubt.
bool IsLoopback(std::string_view address);

/// What a channel is for.
enum class ChannelUse { kCalls, kWatches };

/// Creates a channel with a connection of its own. It connects on first use. Throws
/// `std::invalid_argument` if an option is invalid.
std::shared_ptr<grpc::Channel> CreateChannel(const ClientOptions& options, ChannelUse use);

}  // namespace qrlogin::internal

#endif  // QRLOGIN_SRC_CHANNEL_H_
