#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>

#include "base/done.hpp"
#include "catalogue/catalogue_store.hpp"
#include "http/key_store.hpp"
#include "retraining/training_store.hpp"
#include "serving/interaction_store.hpp"
#include "serving/recommendation_store.hpp"
#include "versions/model_store.hpp"

namespace sasrec::test {

/// Empty stores, and whatever is behind them.
class StoresUnderTest {
 public:
  StoresUnderTest() = default;
  StoresUnderTest(const StoresUnderTest&) = delete;
  StoresUnderTest& operator=(const StoresUnderTest&) = delete;
  virtual ~StoresUnderTest() = default;

  virtual serving::RecommendationStore& recommendations() = 0;
  virtual serving::InteractionStore& interactions() = 0;
  virtual catalogue::CatalogueStore& items() = 0;
  virtual http::KeyStore& keys() = 0;
  virtual versions::ModelStore& models() = 0;
  virtual retraining::TrainingStore& training() = 0;
};

struct StoresCase {
  std::string name;
  std::function<std::unique_ptr<StoresUnderTest>()> make;
  friend void PrintTo(const StoresCase& stores, std::ostream* out) { *out << stores.name; }
};

/// What the ports of the stores promise. Instantiated with PostgreSQL and with the fakes, so that a test on a fake means
/// something for the real one.
class StoreContract : public testing::TestWithParam<StoresCase> {
 protected:
  template <class T, class Ask>
  static base::Result<T> answer(const Ask& ask) {
    auto promise = std::make_shared<std::promise<base::Result<T>>>();
    auto future = promise->get_future();
    ask([promise](base::Result<T> result) { promise->set_value(std::move(result)); });
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      throw std::runtime_error("a call was not answered");
    }
    return future.get();
  }

  base::Result<serving::Accepted> accept(serving::NewRequest request) {
    return answer<serving::Accepted>([&](auto done) { recommendations_.accept(std::move(request), std::move(done)); });
  }
  base::Result<bus::ResultRecord> find(const base::Uuid& id) {
    return answer<bus::ResultRecord>([&](auto done) { recommendations_.find(id, std::move(done)); });
  }
  base::Result<serving::AddedInteractions> add(std::vector<bus::Interaction> interactions) {
    return answer<serving::AddedInteractions>(
        [&](auto done) { interactions_.add(std::move(interactions), std::move(done)); });
  }
  std::vector<std::string> history(std::string user, std::size_t max_count) {
    const auto found = answer<std::vector<serving::StoredInteraction>>(
        [&](auto done) { interactions_.history(std::move(user), max_count, std::move(done)); });
    std::vector<std::string> items;
    for (const auto& interaction : found.value()) items.push_back(interaction.item);
    return items;
  }

  std::unique_ptr<StoresUnderTest> under_test_ = GetParam().make();
  serving::RecommendationStore& recommendations_ = under_test_->recommendations();
  serving::InteractionStore& interactions_ = under_test_->interactions();
  catalogue::CatalogueStore& items_ = under_test_->items();
  http::KeyStore& keys_ = under_test_->keys();
  versions::ModelStore& models_ = under_test_->models();
  retraining::TrainingStore& training_ = under_test_->training();
};

}  // namespace sasrec::test
