#include "pipeline/responder.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "pipeline/catalogue.hpp"
#include "pipeline/item_filter.hpp"
#include "pipeline/popular_items.hpp"
#include "recommend/model_slot.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::pipeline {
namespace {

static_assert(kMaxK == recommend::kMaxK);

recommend::Seen to_recommend(Seen seen) {
  return seen == Seen::kExclude ? recommend::Seen::kExclude : recommend::Seen::kInclude;
}

bool shares_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::find_first_of(a, b) != a.end();
}

}  // namespace

Responder::Responder(const recommend::ModelSlot& models, const CatalogueCache& catalogue, const PopularItems& popular)
    : models_(models),
      catalogues_(catalogue),
      popular_(popular),
      catalogue_(catalogue.get()),
      popular_items_(popular.get()),
      answer_(std::make_unique<recommend::Answer>()) {}

Responder::~Responder() = default;

void Responder::renew() {
  popular_items_ = popular_.get();
  auto model = models_.get();
  auto catalogue = catalogues_.get();
  if (model == model_ && catalogue == catalogue_) return;
  if (model != model_) {
    recommender_.reset();  // before the new one: two sets of scratch memory are never needed
    if (model) recommender_ = std::make_unique<recommend::Recommender>(model);
  }
  filter_ = model ? std::make_unique<ItemFilter>(catalogue, model->vocabulary()) : nullptr;
  model_ = std::move(model);
  catalogue_ = std::move(catalogue);
}

base::Result<void> Responder::answer(const RequestMessage& request, ResultMessage& result) {
  if (recommender_) {
    only_.clear();
    for (const auto& category : request.categories) only_.push_back(filter_->in_category(category));
    const auto answered = recommender_->recommend({.history = request.history,
                                                   .k = request.k,
                                                   .exclude = request.exclude,
                                                   .seen = to_recommend(request.seen),
                                                   .unavailable = filter_->unavailable(),
                                                   .only = only_},
                                                  *answer_);
    if (!answered) return answered;
    result.unknown_items = answer_->unknown_items;
  }
  const bool by_model = recommender_ && answer_->source == recommend::Source::kModel;
  result.source = to_string(by_model ? recommend::Source::kModel : recommend::Source::kPopular);
  if (!by_model) {
    result.items = popular_of_late(request);
    if (!result.items.empty() || !recommender_) return {};
  }
  result.model = model_->version();
  result.items.clear();
  result.items.reserve(answer_->items.size());
  for (const auto& [item, score] : answer_->items) result.items.push_back({std::string(item), score});
  if (by_model && request.explain) result.explanation = explain();
  return {};
}

Explanation Responder::explain() {
  const auto found = recommender_->explain(kMostExplainedItems, kMostExplainedHistory);
  const auto width = found.history.size();
  Explanation explanation{.history = {found.history.begin(), found.history.end()}, .attention = found.attention};
  for (auto row = found.effects.begin(); row != found.effects.end(); row += static_cast<std::ptrdiff_t>(width)) {
    explanation.effects.emplace_back(row, row + static_cast<std::ptrdiff_t>(width));
  }
  return explanation;
}

std::vector<ScoredId> Responder::popular_of_late(const RequestMessage& request) const {
  std::unordered_set<std::string_view> left_out(request.exclude.begin(), request.exclude.end());
  if (request.seen == Seen::kExclude) left_out.insert(request.history.begin(), request.history.end());
  std::vector<ScoredId> items;
  for (const auto& scored : *popular_items_) {
    if (items.size() == request.k) break;
    if (left_out.contains(scored.item)) continue;
    const auto* listed = catalogue_->find(scored.item);
    if (listed != nullptr && !listed->available) continue;
    const bool in_category =
        request.categories.empty() || (listed != nullptr && shares_one(listed->categories, request.categories));
    if (in_category) items.push_back(scored);
  }
  return items;
}

}  // namespace sasrec::pipeline
