#ifndef QRLOGIN_EXAMPLES_ENVIRONMENT_H_
#define QRLOGIN_EXAMPLES_ENVIRONMENT_H_

#include <cstdlib>
#include <stdexcept>
#include <string>

/// Returns the value of an environment variable, or the default if it is not set. Throws if there
/// is neither.
inline std::string FromEnvironment(const char* name, const char* by_default = nullptr) {
  const char* value = std::getenv(name);
  if (value == nullptr) value = by_default;
  if (value == nullptr) throw std::runtime_error(std::string("Set ") + name);
  return value;
}

#endif  // QRLOGIN_EXAMPLES_ENVIRONMENT_H_
