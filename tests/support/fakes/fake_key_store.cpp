#include "support/fakes/fake_key_store.hpp"

#include <algorithm>

namespace sasrec::test {

using base::ErrorCode;
using base::fail;
using http::ApiKey;

base::Result<std::vector<ApiKey>> FakeKeyStore::keys() {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  return keys_;
}

base::Result<void> FakeKeyStore::add_key(const ApiKey& key) {
  if (const auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  if (std::ranges::find(keys_, key.name, &ApiKey::name) != keys_.end()) {
    return fail(ErrorCode::kInvalidInput, "there is a key named \"{}\"", key.name);
  }
  keys_.push_back(key);
  return {};
}

base::Result<void> FakeKeyStore::remove_key(std::string_view name) {
  if (const auto entered = outage_.enter(); !entered) return entered;
  const std::scoped_lock lock(mutex_);
  if (std::erase_if(keys_, [&](const ApiKey& key) { return key.name == name; }) == 0) {
    return fail(ErrorCode::kNotFound, "there is no key named \"{}\"", name);
  }
  return {};
}

}  // namespace sasrec::test
