// The fakes keep the contracts of the ports.

#include "support/contracts/store_contract.hpp"
#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/fakes/fake_key_store.hpp"
#include "support/fakes/fake_recommendation_store.hpp"
#include "support/fakes/fake_training_store.hpp"

namespace sasrec::test {
namespace {

class Fakes final : public StoresUnderTest {
 public:
  serving::RecommendationStore& recommendations() override { return recommendations_; }
  serving::InteractionStore& interactions() override { return interactions_; }
  catalogue::CatalogueStore& items() override { return items_; }
  http::KeyStore& keys() override { return keys_; }
  versions::ModelStore& models() override { return training_; }
  retraining::TrainingStore& training() override { return training_; }

 private:
  FakeRecommendationStore recommendations_;
  FakeInteractionStore interactions_;
  FakeCatalogueStore items_;
  FakeKeyStore keys_;
  FakeTrainingStore training_;
};

INSTANTIATE_TEST_SUITE_P(Fakes, StoreContract, testing::Values(StoresCase{"InMemory", [] {
                                                                            return std::make_unique<Fakes>();
                                                                          }}));

}  // namespace
}  // namespace sasrec::test
