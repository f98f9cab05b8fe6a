// PostgreSQL keeps the contracts of the ports.

#include "support/contracts/store_contract.hpp"

#include "store/migrations.hpp"
#include "store/postgres_store.hpp"
#include "support/postgres_server.hpp"

namespace sasrec::test {
namespace {

class OnPostgres final : public StoresUnderTest {
 public:
  OnPostgres() {
    if (const auto applied = store::migrate(server_.connection_string()); !applied) {
      throw std::runtime_error(applied.error().message);
    }
    store_ = std::make_unique<store::PostgresStore>(store::PostgresStore::Options{.url = server_.connection_string()});
  }

  serving::RecommendationStore& recommendations() override { return *store_; }
  serving::InteractionStore& interactions() override { return *store_; }
  catalogue::CatalogueStore& items() override { return *store_; }
  http::KeyStore& keys() override { return *store_; }
  versions::ModelStore& models() override { return *store_; }
  retraining::TrainingStore& training() override { return *store_; }

 private:
  PostgresServer server_;
  std::unique_ptr<store::PostgresStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract, testing::Values(StoresCase{"Server", [] {
                                                                               return std::make_unique<OnPostgres>();
                                                                             }}));

}  // namespace
}  // namespace sasrec::test
