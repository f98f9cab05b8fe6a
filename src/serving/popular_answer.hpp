#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/records.hpp"

namespace sasrec::recommend {
class Model;
}

namespace sasrec::catalogue {
class Catalogue;
}  // namespace sasrec::catalogue

namespace sasrec::serving {

/// Which popular items are asked for.
struct PopularQuestion {
  std::size_t k = 10;
  std::span<const std::string> exclude;
  std::span<const std::string> seen;        ///< left out too
  std::span<const std::string> categories;  ///< only items in one of these; empty: all
};

struct PopularAnswer {
  std::vector<base::ScoredId> items;
  bool from_model = false;  ///< whether some come from the model's counts
};

/// The k most popular items that the question and the catalogue (which says what is unavailable) leave: those of
/// `ranking` in its order, with its scores. What is missing is filled with `of_model`, in that order, and then with the
/// catalogue's items by id, all with score 0: they have no interaction within the window. So there are fewer than k
/// only where no more items are known. `of_model`: what the model's training counts leave of the question, at least k
/// or all of them. Cost: the part of the ranking that is looked at; the catalogue only where both are not enough.
PopularAnswer popular_answer(const PopularQuestion& question, std::span<const base::ScoredId> ranking,
                             std::span<const std::string_view> of_model, const catalogue::Catalogue& catalogue);

/// The same without a filter, for a model that may be null. Cost: k items more of the model where the ranking is short.
PopularAnswer popular_answer(std::size_t k, std::span<const base::ScoredId> ranking, const recommend::Model* model,
                             const catalogue::Catalogue& catalogue);

}  // namespace sasrec::serving
