#include "serving/popular_answer.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_set>

#include "catalogue/catalogue.hpp"
#include "recommend/model.hpp"

namespace sasrec::serving {
namespace {

bool shares_one(const std::vector<std::string>& a, std::span<const std::string> b) {
  return std::ranges::find_first_of(a, b) != a.end();
}

/// Collects the items of an answer, each once.
class Collector {
 public:
  Collector(const PopularQuestion& question, const catalogue::Catalogue& catalogue)
      : question_(question), catalogue_(catalogue), passed_(question.exclude.begin(), question.exclude.end()) {
    passed_.insert(question.seen.begin(), question.seen.end());
  }

  bool full() const { return items_.size() == question_.k; }

  /// Whether it was taken; `id` must outlive the collector.
  bool offer(std::string_view id, float score) {
    const auto* listed = catalogue_.find(id);
    if (listed != nullptr && !listed->available) return false;
    const bool in_category =
        question_.categories.empty() || (listed != nullptr && shares_one(listed->categories, question_.categories));
    if (!in_category || !passed_.insert(id).second) return false;
    items_.push_back({std::string(id), score});
    return true;
  }

  /// By id.
  void offer_catalogue() {
    const auto& listed = catalogue_.items();
    if (question_.categories.empty()) {
      for (std::size_t n = 0; n < listed.size() && !full(); ++n) offer(listed[n].id, 0);
      return;
    }
    std::vector<std::uint32_t> members;
    for (const auto& category : question_.categories) {
      const auto more = catalogue_.in_category(category);
      members.insert(members.end(), more.begin(), more.end());
    }
    std::ranges::sort(members);
    for (std::size_t n = 0; n < members.size() && !full(); ++n) offer(listed[members[n]].id, 0);
  }

  std::vector<base::ScoredId> take() { return std::move(items_); }

 private:
  const PopularQuestion& question_;
  const catalogue::Catalogue& catalogue_;
  std::unordered_set<std::string_view> passed_;  // not to be taken, or taken
  std::vector<base::ScoredId> items_;
};

}  // namespace

PopularAnswer popular_answer(const PopularQuestion& question, std::span<const base::ScoredId> ranking,
                             std::span<const std::string_view> of_model, const catalogue::Catalogue& catalogue) {
  PopularAnswer answer;
  Collector collector(question, catalogue);
  for (std::size_t n = 0; n < ranking.size() && !collector.full(); ++n) {
    collector.offer(ranking[n].item, ranking[n].score);
  }
  for (std::size_t n = 0; n < of_model.size() && !collector.full(); ++n) {
    if (collector.offer(of_model[n], 0)) answer.from_model = true;
  }
  if (!collector.full()) collector.offer_catalogue();
  answer.items = collector.take();
  return answer;
}

PopularAnswer popular_answer(std::size_t k, std::span<const base::ScoredId> ranking, const recommend::Model* model,
                             const catalogue::Catalogue& catalogue) {
  std::vector<std::string_view> of_model;
  if (model != nullptr) {
    for (const auto& [item, count] : model->popular()) {
      if (of_model.size() == k) break;
      const auto& id = model->vocabulary().id(item);
      const auto* listed = catalogue.find(id);
      if (listed == nullptr || listed->available) of_model.emplace_back(id);
    }
  }
  return popular_answer({.k = k, .exclude = {}, .seen = {}, .categories = {}}, ranking, of_model, catalogue);
}

}  // namespace sasrec::serving
