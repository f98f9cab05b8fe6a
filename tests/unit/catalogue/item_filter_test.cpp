#include "catalogue/item_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sasrec::catalogue {
namespace {

using base::ItemIndex;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ItemFilter, SpeaksInTheNumbersOfTheModel) {
  const auto vocabulary = base::Vocabulary::build({"z", "a", "m", "unlisted"}).value();
  const ItemFilter filter(std::make_shared<const Catalogue>(std::vector<bus::CatalogueItem>{
                              {.id = "a", .categories = {"x", "y", "x"}},
                              {.id = "m", .categories = {"y"}, .available = false},
                              {.id = "new", .categories = {"x", "n"}, .available = false},
                              {.id = "z", .categories = {"x"}},
                          }),
                          vocabulary);
  EXPECT_THAT(filter.unavailable(), ElementsAre(ItemIndex{3}));
  EXPECT_THAT(filter.in_category("x"), ElementsAre(ItemIndex{1}, ItemIndex{2}));
  EXPECT_THAT(filter.in_category("y"), ElementsAre(ItemIndex{2}, ItemIndex{3}));
  EXPECT_THAT(filter.in_category("n"), IsEmpty());
  EXPECT_THAT(filter.in_category("nobody's"), IsEmpty());
}

}  // namespace
}  // namespace sasrec::catalogue
