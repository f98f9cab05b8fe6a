#pragma once

#include <mutex>
#include <vector>

#include "pipeline/stores.hpp"
#include "support/fakes/fake_outage.hpp"

namespace sasrec::test {

/// API keys in memory, with the rules of pipeline::KeyStore. Thread-safe.
class FakeKeyStore : public pipeline::KeyStore {
 public:
  base::Result<std::vector<pipeline::ApiKey>> keys() override;
  base::Result<void> add_key(const pipeline::ApiKey& key) override;
  base::Result<void> remove_key(std::string_view name) override;

  FakeOutage& outage() { return outage_; }

 private:
  FakeOutage outage_;
  std::mutex mutex_;
  std::vector<pipeline::ApiKey> keys_;
};

}  // namespace sasrec::test
