#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::http {

enum class Scope : unsigned char { kRead, kPredict, kIngest, kAdmin, kMetrics };
std::string_view to_string(Scope scope);  ///< "read", ...
std::optional<Scope> parse_scope(std::string_view text);

struct ApiKey {
  std::string name;
  std::string hash;  ///< SHA-256 of the key, hexadecimal: keys are random, so a plain hash is enough
  std::vector<Scope> scopes;
  double rate = 0;  ///< requests a second; 0: the server's default
};

class KeyStore {
 public:
  KeyStore() = default;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  virtual ~KeyStore() = default;

  virtual base::Result<std::vector<ApiKey>> keys() = 0;
  /// kInvalidInput if the name is taken.
  virtual base::Result<void> add_key(const ApiKey& key) = 0;
  /// kNotFound if there is none.
  virtual base::Result<void> remove_key(std::string_view name) = 0;
};

}  // namespace sasrec::http
