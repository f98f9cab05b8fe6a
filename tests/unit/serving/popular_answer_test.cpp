#include "serving/popular_answer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "support/fakes/model_fixture.hpp"

namespace sasrec::serving {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Ids = std::vector<std::string>;

catalogue::Catalogue catalogue_of(const std::vector<std::string>& ids) {
  std::vector<bus::CatalogueItem> items;
  for (const auto& id : ids) items.push_back({.id = id});
  return catalogue::Catalogue(std::move(items));
}

TEST(PopularAnswer, IsFilledFromTheModelAndThenFromTheCatalogueById) {
  const auto catalogue = catalogue_of({"z", "d", "b", "c"});
  const std::vector<base::ScoredId> ranking{{"b", 3}, {"a", 0}};
  const std::vector<std::string_view> of_model{"m", "b", "n"};
  PopularQuestion question{.k = 10, .exclude = {}, .seen = {}, .categories = {}};
  const auto answer = popular_answer(question, ranking, of_model, catalogue);
  EXPECT_THAT(answer.items, ElementsAre(base::ScoredId{"b", 3}, base::ScoredId{"a", 0}, base::ScoredId{"m", 0},
                                        base::ScoredId{"n", 0}, base::ScoredId{"c", 0}, base::ScoredId{"d", 0},
                                        base::ScoredId{"z", 0}));
  EXPECT_TRUE(answer.from_model);
  question.k = 2;
  EXPECT_FALSE(popular_answer(question, ranking, of_model, catalogue).from_model);
}

TEST(PopularAnswer, WithoutAnythingIsEmpty) {
  EXPECT_THAT(popular_answer(10, {}, nullptr, catalogue_of({})).items, IsEmpty());
}

TEST(PopularAnswer, OfAModelAloneAreItsItemsByTheirCounts) {
  test::ModelFixture served;
  const auto model = served.load(1);
  const auto answer = popular_answer(100, {}, model.get(), catalogue_of({}));
  ASSERT_EQ(answer.items.size(), model->vocabulary().size());
  for (std::size_t n = 0; n < answer.items.size(); ++n) {
    EXPECT_EQ(answer.items[n], (base::ScoredId{model->vocabulary().id(model->popular()[n].item), 0}));
  }
}

/// Whatever is popular, listed, known to the model, and asked for: k items, or all that the rules leave.
TEST(PopularAnswer, HasKItemsOrAllThatAreLeft) {
  test::ModelFixture served;
  const auto model = served.load(1);
  std::mt19937 random(5);
  const auto one_in = [&](unsigned n) {
    return random() % n == 0;
  };
  for (int round = 0; round < 2000; ++round) {
    std::set<std::string> known;
    std::vector<bus::CatalogueItem> items;
    std::vector<base::ScoredId> ranking;
    const bool has_model = !one_in(3);
    const unsigned listed = one_in(4) ? 1000 : 2;
    const unsigned ranked = one_in(4) ? 1000 : 3;
    for (int n = 1; n <= 30; ++n) {
      const auto id = fmt::format("item-{}", n);
      if (one_in(listed)) {
        items.push_back({.id = id, .available = !one_in(4)});
        if (one_in(2)) items.back().categories.emplace_back("a");
        if (one_in(2)) items.back().categories.emplace_back("b");
        known.insert(id);
      }
      if (one_in(ranked)) {
        ranking.push_back({id, static_cast<float>(random() % 3)});
        known.insert(id);
      }
      if (has_model && n <= 12) known.insert(id);
    }
    std::ranges::stable_sort(ranking, std::ranges::greater(), &base::ScoredId::score);
    const catalogue::Catalogue catalogue(items);

    Ids exclude;
    Ids seen;
    Ids categories;
    for (int n = 1; n <= 30; ++n) {
      if (one_in(8)) exclude.push_back(fmt::format("item-{}", n));
      if (one_in(8)) seen.push_back(fmt::format("item-{}", n));
    }
    if (one_in(3)) categories = one_in(2) ? Ids{"a"} : Ids{"b", "a", "none"};
    const auto allowed = [&](const std::string& id) {
      const auto* item = catalogue.find(id);
      if (item != nullptr && !item->available) return false;
      if (std::ranges::count(exclude, id) + std::ranges::count(seen, id) > 0) return false;
      return categories.empty() ||
             (item != nullptr && std::ranges::find_first_of(item->categories, categories) != item->categories.end());
    };
    std::erase_if(known, [&](const auto& id) { return !allowed(id); });

    const std::size_t k = random() % 40 + 1;
    std::vector<std::string_view> of_model;
    if (has_model) {
      for (const auto& [item, count] : model->popular()) {
        const auto& id = model->vocabulary().id(item);
        if (of_model.size() < k && allowed(id)) of_model.emplace_back(id);
      }
    }
    const auto answer = popular_answer({.k = k, .exclude = exclude, .seen = seen, .categories = categories}, ranking,
                                       of_model, catalogue);
    std::set<std::string> given;
    for (const auto& item : answer.items) given.insert(item.item);
    ASSERT_EQ(answer.items.size(), std::min(k, known.size())) << "round " << round;
    ASSERT_EQ(given.size(), answer.items.size()) << "round " << round;
    ASSERT_TRUE(std::ranges::includes(known, given)) << "round " << round;
    ASSERT_TRUE(std::ranges::is_sorted(answer.items, std::ranges::greater(), &base::ScoredId::score))
        << "round " << round;
  }
}

}  // namespace
}  // namespace sasrec::serving
