#include "recommend/recommender.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/parallel.hpp"

namespace sasrec::recommend {
namespace {

using base::ErrorCode;
using base::ItemIndex;
using retrieval::ScoredItem;

base::Result<void> check_k(std::size_t k) {
  if (k >= 1 && k <= kMaxK) return {};
  return base::fail(ErrorCode::kInvalidInput, "k is {}; it must be from 1 to {}", k, kMaxK);
}

void name_items(std::span<const ScoredItem> ranked, const base::Vocabulary& vocabulary,
                std::vector<RankedItem>& items) {
  items.clear();
  items.reserve(ranked.size());
  for (const auto& [item, score] : ranked) items.push_back({vocabulary.id(item), score});
}

}  // namespace

std::string_view to_string(Source source) {
  return source == Source::kModel ? "model" : "popular";
}

Recommender::Slot::Slot(const Model& model) : exclusions(model.vocabulary().size()), state(model.table().hidden()) {
  ranked.reserve(std::min(kMaxK, model.vocabulary().size()));
}

Recommender::Recommender(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      workspace_(model_->encoder().make_workspace()),
      listed_(model_->vocabulary().size()),
      search_(model_->table(), model_->codes(), {.max = base::default_threads()}) {
  known_.reserve(model_->encoder().config().max_length);
  slots_.emplace_back(*model_);
}

base::Result<void> Recommender::recommend(const Request& request, Answer& answer) {
  base::Result<void> result;
  recommend({&request, 1}, {&answer, 1}, {&result, 1});
  return result;
}

void Recommender::recommend(std::span<const Request> requests, std::span<Answer> answers,
                            std::span<base::Result<void>> results) {
  assert(answers.size() == requests.size() && results.size() == requests.size());
  // A slot has 4 bytes per item, so there are only as many as one search takes at once. They are kept for later
  // batches.
  while (slots_.size() < std::min(requests.size(), retrieval::Search::kMaxAtOnce)) slots_.emplace_back(*model_);
  for (std::size_t first = 0; first < requests.size(); first += slots_.size()) {
    const std::size_t count = std::min(slots_.size(), requests.size() - first);
    searched_.clear();
    for (std::size_t n = 0; n < count; ++n) {
      const auto& request = requests[first + n];
      auto& slot = slots_[n];
      results[first + n] = check_k(request.k);
      if (results[first + n] && prepare(request, slot, answers[first + n])) {
        searched_.push_back(
            {.state = slot.state, .k = request.k, .exclusions = &slot.exclusions, .result = &slot.ranked});
      }
    }
    search_.top_k(searched_);
    for (std::size_t n = 0; n < count; ++n) {
      if (results[first + n]) name_items(slots_[n].ranked, model_->vocabulary(), answers[first + n].items);
    }
  }
}

bool Recommender::prepare(const Request& request, Slot& slot, Answer& answer) {
  const auto& vocabulary = model_->vocabulary();
  auto& exclusions = slot.exclusions;
  exclusions.clear();
  known_.clear();
  answer.unknown_items = 0;
  for (const auto& id : request.history) {
    const ItemIndex item = vocabulary.find(id);
    if (item == base::kPadding) {
      ++answer.unknown_items;
      continue;
    }
    known_.push_back(item);
    if (request.seen == Seen::kExclude) exclusions.add(item);
  }
  for (const auto& id : request.exclude) {
    if (const ItemIndex item = vocabulary.find(id); item != base::kPadding) exclusions.add(item);
  }
  for (const ItemIndex item : request.unavailable) exclusions.add(item);
  if (!request.only.empty()) exclude_all_but(request.only, exclusions);

  // Without a known item there is no state to search with.
  answer.source = known_.empty() ? Source::kPopular : Source::kModel;
  if (known_.empty()) {
    take_popular(request.k, slot);
    return false;
  }
  model_->encoder().encode(known_, workspace_, slot.state);
  return true;
}

/// The search knows only what to leave out, so this excludes every item that is in none of the lists.
void Recommender::exclude_all_but(std::span<const std::span<const ItemIndex>> only, retrieval::Exclusions& exclusions) {
  listed_.clear();
  for (const auto list : only) {
    for (const ItemIndex item : list) listed_.add(item);
  }
  for (std::uint32_t n = 1; n <= model_->vocabulary().size(); ++n) {
    if (!listed_.contains(ItemIndex{n})) exclusions.add(ItemIndex{n});
  }
}

void Recommender::take_popular(std::size_t k, Slot& slot) const {
  slot.ranked.clear();
  for (const auto& scored : model_->popular()) {
    if (slot.ranked.size() == k) return;
    if (!slot.exclusions.contains(scored.item)) slot.ranked.push_back(scored);
  }
}

Explanation Recommender::explain(std::size_t items, std::size_t history) {
  assert(!known_.empty());
  const auto& encoder = model_->encoder();
  const std::size_t used = std::min(known_.size(), encoder.config().max_length);
  const std::size_t rows = std::min(history, used);
  const auto answer = std::span(slots_[0].ranked).first(std::min(items, slots_[0].ranked.size()));

  auto& state = slots_[0].state;

  Explanation explanation;
  std::vector<float> attention(used);
  encoder.encode(known_, workspace_, state, attention);
  explanation.attention.assign(attention.end() - static_cast<std::ptrdiff_t>(rows), attention.end());
  explanation.effects.resize(answer.size() * rows);
  std::vector<ItemIndex> others(known_.size() - 1);
  for (std::size_t n = 0; n < rows; ++n) {
    const auto left_out = known_.end() - static_cast<std::ptrdiff_t>(rows - n);
    explanation.history.push_back(model_->vocabulary().id(*left_out));
    std::copy(left_out + 1, known_.end(), std::copy(known_.begin(), left_out, others.begin()));
    // The encoder needs at least one item. Without any the score counts as 0: the only item explains all of it.
    if (!others.empty()) encoder.encode(others, workspace_, state);
    for (std::size_t i = 0; i < answer.size(); ++i) {
      const float without = others.empty() ? 0 : model_->table().score(state, answer[i].item);
      explanation.effects[i * rows + n] = answer[i].score - without;
    }
  }
  return explanation;
}

base::Result<Answer> Recommender::similar(std::string_view item, std::size_t k, const Filter& keep) {
  if (const auto valid = check_k(k); !valid) return base::Failure(valid.error());
  const auto& vocabulary = model_->vocabulary();
  const ItemIndex index = vocabulary.find(item);
  if (index == base::kPadding) {
    return base::fail(ErrorCode::kNotFound, "model {} doesn't know the item \"{}\"", model_->version(), item);
  }
  const auto& table = model_->table();
  const auto& inverse = model_->inverse_norms();
  // A cosine is the dot product divided by both lengths: one length goes into the direction, the other into the scores.
  std::vector<float> direction(table.hidden());
  std::ranges::transform(table.row(index).first(table.hidden()), direction.begin(),
                         [&](float value) { return value * inverse[index.value]; });
  std::vector<float> scores(vocabulary.size() + 1);
  table.score_all(direction, scores);

  std::vector<ScoredItem> others;
  others.reserve(vocabulary.size());
  for (std::uint32_t n = 1; n <= vocabulary.size(); ++n) {
    const float cosine = scores[n] * inverse[n];
    // Embeddings near the largest floats overflow, and sorting needs scores that are numbers.
    if (n != index.value) others.push_back({ItemIndex{n}, std::isfinite(cosine) ? cosine : 0});
  }
  // Refused items are few as a rule: k are sorted, and twice as many of the rest only where those were not enough.
  Answer answer;
  std::size_t sorted = 0;
  for (std::size_t next = k; answer.items.size() < k && sorted < others.size(); next *= 2) {
    const auto rest = std::span(others).subspan(sorted);
    const auto piece = rest.first(std::min(next, rest.size()));
    std::ranges::partial_sort(rest, rest.begin() + static_cast<std::ptrdiff_t>(piece.size()),
                              [](const ScoredItem& a, const ScoredItem& b) {
                                return a.score != b.score ? a.score > b.score : a.item < b.item;
                              });
    for (const auto& [index_of_other, score] : piece) {
      const std::string_view id = vocabulary.id(index_of_other);
      if (answer.items.size() < k && (!keep || keep(id))) answer.items.push_back({id, score});
    }
    sorted += piece.size();
  }
  return answer;
}

}  // namespace sasrec::recommend
