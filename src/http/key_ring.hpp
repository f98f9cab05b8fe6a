#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "http/key_store.hpp"

namespace sasrec::http {

/// The API keys and their scopes, in memory; run() reads them again at an interval. Thread-safe.
class KeyRing {
 public:
  struct Key {
    std::string name;
    base::Sha256 hash{};
    std::uint32_t scopes = 0;  ///< bit 1 << scope; admin has all
    double rate = 0;

    bool may(Scope scope) const { return (scopes >> static_cast<unsigned>(scope) & 1U) != 0; }
  };
  using Keys = std::vector<Key>;

  enum class State : std::uint8_t {
    kUnknown,  ///< the store has not answered yet
    kOpen,     ///< it has none, and never had since the start
    kEnforced,
  };

  /// `store` is not used after the end of the calls below.
  explicit KeyRing(http::KeyStore& store) : store_(store) {}

  /// Reads the keys. On failure those known so far stay.
  base::Result<void> refresh();
  /// Refreshes every `interval` until `stop`.
  void run(const std::stop_token& stop, std::chrono::milliseconds interval);

  /// Once there was a key, there is no way back to kOpen: removing the last one must not open the door.
  State state() const;

  /// The key whose secret this is. All are compared, in constant time.
  std::optional<Key> find(std::string_view secret) const;

 private:
  http::KeyStore& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Keys> keys_;  // guarded by mutex_; shared: readers keep theirs while it is replaced
  State state_ = State::kUnknown;     // guarded by mutex_
};

}  // namespace sasrec::http
