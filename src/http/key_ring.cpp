#include "http/key_ring.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/pause.hpp"
#include "base/said_once.hpp"

namespace sasrec::http {
namespace {

std::optional<base::Sha256> parse_hash(std::string_view text) {
  base::Sha256 hash{};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto* const begin = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, hash.at(i), 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
  }
  return hash;
}

std::uint32_t scope_bits(const std::vector<Scope>& scopes) {
  std::uint32_t bits = 0;
  for (const auto scope : scopes) {
    // An admin key opens every scope, also those that are added later.
    bits |= scope == Scope::kAdmin ? ~std::uint32_t{0} : std::uint32_t{1} << static_cast<unsigned>(scope);
  }
  return bits;
}

}  // namespace

base::Result<void> KeyRing::refresh() {
  const auto stored = store_.keys();
  if (!stored) return base::Failure(stored.error());
  auto keys = std::make_shared<Keys>();
  keys->reserve(stored->size());
  for (const auto& key : *stored) {
    if (const auto hash = parse_hash(key.hash)) {
      keys->push_back({.name = key.name, .hash = *hash, .scopes = scope_bits(key.scopes), .rate = key.rate});
    } else {
      spdlog::warn("http: the key named {} has no SHA-256 as its hash: it opens nothing", key.name);
    }
  }
  const std::scoped_lock lock(mutex_);
  keys_ = std::move(keys);
  // Once keys were seen, the ring stays enforced: removing the last key must not open the service.
  if (!stored->empty()) {
    state_ = State::kEnforced;
  } else if (state_ == State::kUnknown) {
    state_ = State::kOpen;
  }
  return {};
}

void KeyRing::run(const std::stop_token& stop, std::chrono::milliseconds interval) {
  base::SaidOnce said;
  do {
    const auto refreshed = refresh();
    if (said.hear(refreshed) == base::SaidOnce::News::kTrouble) {
      spdlog::warn("http: the keys can't be read, those known so far count: {}", refreshed.error().message);
    }
  } while (base::pause(stop, interval));
}

KeyRing::State KeyRing::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

std::optional<KeyRing::Key> KeyRing::find(std::string_view secret) const {
  std::shared_ptr<const Keys> keys;
  {
    const std::scoped_lock lock(mutex_);
    // A copy of the pointer: hashing and comparing happen without the lock.
    keys = keys_;
  }
  if (!keys) return std::nullopt;
  const auto hash = base::sha256_bytes(secret);
  // All keys are compared, each in constant time, so that the time of an answer says nothing about a key.
  const Key* found = nullptr;
  for (const auto& key : *keys) {
    if (CRYPTO_memcmp(key.hash.data(), hash.data(), hash.size()) == 0) found = &key;
  }
  if (found == nullptr) return std::nullopt;
  return *found;
}

}  // namespace sasrec::http
