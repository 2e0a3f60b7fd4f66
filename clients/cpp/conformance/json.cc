#include "json.h"

#include <google/protobuf/util/json_util.h>

#include <stdexcept>

namespace conformance {

void Parse(const std::string& json, google::protobuf::Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, message);
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

void Parse(const Value& json, google::protobuf::Message* message) { Parse(Format(json), message); }

std::string Format(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
  return json;
}

std::string Quote(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return Format(value);
}

Object& Object::Add(const char* field, const std::string& json) {
  fields_ += (fields_.empty() ? "" : ",") + Quote(field) + ":" + json;
  return *this;
}

const Value* Find(const Struct& command, const char* field) {
  const auto entry = command.fields().find(field);
  return entry == command.fields().end() ? nullptr : &entry->second;
}

std::string Text(const Struct& command, const char* field) {
  const Value* value = Find(command, field);
  if (value == nullptr || value->kind_case() != Value::kStringValue)
    throw std::runtime_error(std::string("The command lacks the text ") + field);
  return value->string_value();
}

std::string Format(const qrlogin::Error& error) {
  static const std::string kPrefix = "ERROR_REASON_";
  Object object;
  const auto add = [&object](const char* field, const std::string& text) {
    if (!text.empty()) object.Add(field, Quote(text));
  };
  add("code", error.code_name());
  if (error.reason() != qrlogin::v1::ERROR_REASON_UNSPECIFIED)
    add("reason", qrlogin::v1::ErrorReason_Name(error.reason()).substr(kPrefix.size()));
  add("rawReason", error.raw_reason());
  add("message", error.message());
  add("currentState", error.current_state());
  add("exceededLimit", error.exceeded_limit());
  if (error.attempts_left()) object.Add("attemptsLeft", std::to_string(*error.attempts_left()));
  if (error.retry_after()) object.Add("retryAfterMs", std::to_string(error.retry_after()->count()));
  std::string violations;
  for (const qrlogin::FieldViolation& fault : error.field_violations()) {
    violations += violations.empty() ? "" : ",";
    violations += Object().Add("field", Quote(fault.field)).text();
  }
  if (!violations.empty()) object.Add("fieldViolations", "[" + violations + "]");
  return object.text();
}

}  // namespace conformance
