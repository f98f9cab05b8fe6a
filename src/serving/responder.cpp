#include "serving/responder.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "catalogue/catalogue.hpp"
#include "catalogue/item_filter.hpp"
#include "catalogue/popular_items.hpp"
#include "recommend/recommender.hpp"
#include "serving/popular_answer.hpp"
#include "versions/slot.hpp"

namespace sasrec::serving {
namespace {

static_assert(bus::kMaxK == recommend::kMaxK);

recommend::Seen to_recommend(bus::Seen seen) {
  return seen == bus::Seen::kExclude ? recommend::Seen::kExclude : recommend::Seen::kInclude;
}

}  // namespace

Responder::Responder(const versions::Slot& models, const catalogue::CatalogueCache& catalogue,
                     const catalogue::PopularItems& popular)
    : models_(models),
      catalogues_(catalogue),
      popular_(popular),
      catalogue_(catalogue.get()),
      popular_items_(popular.get()),
      answer_(std::make_unique<recommend::Answer>()) {}

Responder::~Responder() = default;

void Responder::renew() {
  // Three pointers taken together: a batch sees one model, one catalogue and one ranking.
  popular_items_ = popular_.get();
  auto model = models_.get();
  auto catalogue = catalogues_.get();
  if (model == model_ && catalogue == catalogue_) return;
  if (model != model_) {
    recommender_.reset();  // before the new one: two sets of scratch memory are never needed
    if (model) recommender_ = std::make_unique<recommend::Recommender>(model);
  }
  filter_ = model ? std::make_unique<catalogue::ItemFilter>(catalogue, model->vocabulary()) : nullptr;
  model_ = std::move(model);
  catalogue_ = std::move(catalogue);
}

base::Result<void> Responder::answer(const bus::RequestRecord& request, bus::ResultRecord& result) {
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
    answer_popular(request, result);
    return {};
  }
  result.model = model_->version();
  result.items.clear();
  result.items.reserve(answer_->items.size());
  for (const auto& [item, score] : answer_->items) result.items.push_back({std::string(item), score});
  if (request.explain) result.explanation = explain();
  return {};
}

bus::Explanation Responder::explain() {
  const auto found = recommender_->explain(bus::kMaxExplainedItems, bus::kMaxExplainedHistory);
  const auto width = found.history.size();
  bus::Explanation explanation{.history = {found.history.begin(), found.history.end()}, .attention = found.attention};
  for (auto row = found.effects.begin(); row != found.effects.end(); row += static_cast<std::ptrdiff_t>(width)) {
    explanation.effects.emplace_back(row, row + static_cast<std::ptrdiff_t>(width));
  }
  return explanation;
}

void Responder::answer_popular(const bus::RequestRecord& request, bus::ResultRecord& result) const {
  // Without a known item the recommender's answer are the items of its training counts, by the same rules.
  std::vector<std::string_view> of_model;
  if (recommender_) {
    for (const auto& ranked : answer_->items) of_model.push_back(ranked.item);
  }
  PopularQuestion question{.k = request.k, .exclude = request.exclude, .seen = {}, .categories = request.categories};
  if (request.seen == bus::Seen::kExclude) question.seen = request.history;
  auto popular = popular_answer(question, *popular_items_, of_model, *catalogue_);
  result.items = std::move(popular.items);
  if (popular.from_model) result.model = model_->version();
}

}  // namespace sasrec::serving
