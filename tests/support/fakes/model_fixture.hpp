#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/popular_items.hpp"
#include "support/fakes/fake_catalogue_store.hpp"
#include "support/fakes/fake_interaction_store.hpp"
#include "support/fakes/sample_records.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temporary_folder.hpp"
#include "versions/slot.hpp"

namespace sasrec::test {

/// What answers are made from, with models of items "item-1" to "item-12".
class ModelFixture {
 public:
  /// Models of different seeds rank differently and have different versions.
  std::shared_ptr<const recommend::Model> load(std::uint64_t seed, const kernels::Kernels& kernels = kernels::best()) {
    return recommend::Model::load(save_sample(sample_model(sample_config(), seed), folder_.path()), kernels).value();
  }

  void list(bus::CatalogueItem item) {
    item.updated = at();
    catalogue_store.add(std::move(item));
    EXPECT_TRUE(catalogue.refresh());
  }

  /// The more often named the more popular.
  void make_popular(const std::vector<std::string>& items) {
    std::vector<bus::Interaction> events;
    events.reserve(items.size());
    for (const auto& item : items) {
      events.push_back({.id = std::to_string(next_event_++), .user = "u9", .item = item, .time = at(), .kind = "view"});
    }
    EXPECT_TRUE(interactions.add_now(events));
    EXPECT_TRUE(popular.refresh());
  }

  versions::Slot slot;
  FakeCatalogueStore catalogue_store;
  FakeInteractionStore interactions;
  catalogue::CatalogueCache catalogue{catalogue_store};
  catalogue::PopularItems popular{interactions};

 private:
  TemporaryFolder folder_;
  int next_event_ = 0;
};

inline std::vector<std::string> ids_of(const bus::ResultRecord& result) {
  std::vector<std::string> ids;
  ids.reserve(result.items.size());
  for (const auto& item : result.items) ids.push_back(item.item);
  return ids;
}

}  // namespace sasrec::test
