#pragma once

#include <mutex>
#include <vector>

#include "http/key_store.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// API keys in memory, with the rules of http::KeyStore. Thread-safe.
class FakeKeyStore : public http::KeyStore {
 public:
  base::Result<std::vector<http::ApiKey>> keys() override;
  base::Result<void> add_key(const http::ApiKey& key) override;
  base::Result<void> remove_key(std::string_view name) override;

  FakeOutage& outage() { return outage_; }

 private:
  FakeOutage outage_;
  std::mutex mutex_;
  std::vector<http::ApiKey> keys_;
};

}  // namespace sasrec::test
