#ifndef QRLOGIN_CONFORMANCE_JSON_H_
#define QRLOGIN_CONFORMANCE_JSON_H_

#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

#include <optional>
#include <string>

#include "qrlogin/error.h"

namespace conformance {

using google::protobuf::Struct;
using google::protobuf::Value;

/// Parses ProtoJSON. Throws `std::runtime_error` if the text is not the JSON of such a message.
void Parse(const std::string& json, google::protobuf::Message* message);

/// Parses ProtoJSON that is part of a command.
void Parse(const Value& json, google::protobuf::Message* message);

/// Formats a message as ProtoJSON on one line.
std::string Format(const google::protobuf::Message& message);

/// Formats a text as JSON.
std::string Quote(const std::string& text);

/// A JSON object that is being written. Keeps the order of its fields.
class Object {
 public:
  /// Adds a field. `json` is its value.
  Object& Add(const char* field, const std::string& json);
  std::string text() const { return "{" + fields_ + "}"; }

 private:
  std::string fields_;
};

/// Returns a field of a command, or nothing if it has none.
const Value* Find(const Struct& command, const char* field);

/// Returns the text of a field. Throws `std::runtime_error` if the command has none.
std::string Text(const Struct& command, const char* field);

/// Returns what the protocol says of an error, as JSON.
std::string Format(const qrlogin::Error& error);

}  // namespace conformance

#endif  // QRLOGIN_CONFORMANCE_JSON_H_
