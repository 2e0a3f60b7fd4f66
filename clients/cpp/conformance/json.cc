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

Value ToValue(const google::protobuf::Message& message) {
  Value value;
  Parse(Format(message), &value);
  return value;
}

Value ToValue(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return value;
}

Value ToValue(double number) {
  Value value;
  value.set_number_value(number);
  return value;
}

Value ToValue(bool truth) {
  Value value;
  value.set_bool_value(truth);
  return value;
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

Struct ToStruct(const qrlogin::Error& error) {
  Struct result;
  auto& fields = *result.mutable_fields();
  const auto add = [&fields](const char* name, const std::string& text) {
    if (!text.empty()) fields[name] = ToValue(text);
  };
  static const std::string kPrefix = "ERROR_REASON_";
  add("code", error.code_name());
  if (error.reason() != qrlogin::v1::ERROR_REASON_UNSPECIFIED)
    add("reason", qrlogin::v1::ErrorReason_Name(error.reason()).substr(kPrefix.size()));
  add("rawReason", error.raw_reason());
  add("message", error.message());
  add("currentState", error.current_state());
  add("exceededLimit", error.exceeded_limit());
  if (error.attempts_left())
    fields["attemptsLeft"] = ToValue(static_cast<double>(*error.attempts_left()));
  if (error.retry_after())
    fields["retryAfterMs"] = ToValue(static_cast<double>(error.retry_after()->count()));
  for (const qrlogin::FieldViolation& fault : error.field_violations()) {
    auto& violation = *fields["fieldViolations"].mutable_list_value()->add_values();
    (*violation.mutable_struct_value()->mutable_fields())["field"] = ToValue(fault.field);
  }
  return result;
}

}  // namespace conformance
