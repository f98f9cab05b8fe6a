#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/workspace.hpp"
#include "recommend/model.hpp"
#include "retrieval/item_table.hpp"
#include "retrieval/search.hpp"

namespace sasrec::recommend {

inline constexpr std::size_t kMaxK = 1000;

enum class Seen { kExclude, kInclude };
enum class Source { kModel, kPopular };
std::string_view to_string(Source source);  ///< "model" or "popular"

struct Request {
  std::span<const std::string> history;          ///< item ids, oldest first; unknown ids are skipped and counted
  std::size_t k = 10;                            ///< 1 to kMaxK
  std::span<const std::string> exclude;          ///< item ids that must not be returned; unknown ids are ignored
  Seen seen = Seen::kExclude;                    ///< whether items of the history may be returned
  std::span<const base::ItemIndex> unavailable;  ///< items of this model version that must not be returned
  /// Lists of items of this model version. If there are any, only items in at least one of them are returned.
  std::span<const std::span<const base::ItemIndex>> only;
};

struct RankedItem {
  std::string_view item;  ///< valid as long as the model
  float score = 0;        ///< model: the fp32 score; popular: the item's training count
};

struct Answer {
  Source source = Source::kModel;
  std::vector<RankedItem> items;
  std::size_t unknown_items = 0;  ///< number of ids in the history that the model doesn't know
};

/// Explains the ranking of an answer's items.
struct Explanation {
  std::vector<std::string_view> history;  ///< items of the history, oldest first; valid as long as the model
  std::vector<float> attention;           ///< [history], see model::Encoder::encode
  std::vector<float> effects;             ///< [items, history], score minus the score without that item of the history
};

/// Answers requests with one model version. One per thread, since it owns the scratch memory. Once that has grown, only
/// the caller's answers allocate.
class Recommender {
 public:
  explicit Recommender(std::shared_ptr<const Model> model);

  /// Finds exactly the k best of the items that the request allows, or fewer if fewer are allowed.
  ///
  /// answer   overwritten, its memory is reused; equal scores by rising ItemIndex. A history without a known item is
  ///          answered with popular items (Source::kPopular)
  /// errors   kInvalidInput: k is out of range
  /// cost     the encoder, one pass over the codes of the item table, and with `only` one over its lists and all items
  base::Result<void> recommend(const Request& request, Answer& answer);

  /// The same for several requests, which share the passes over the codes: with a million items that takes a third of
  /// the time. Each request of a batch needs 4 bytes per item.
  ///
  /// answers, results   [requests.size()]
  void recommend(std::span<const Request> requests, std::span<Answer> answers, std::span<base::Result<void>> results);

  /// Explains the last answer of recommend() to one request, which must be a Source::kModel answer. If the history is
  /// one item, its effect is the whole score.
  ///
  /// items     maximum number of the answer's best items to explain
  /// history   maximum number of the newest items of the history to explain them by
  /// cost      the encoder for each of these, and their scores of the answer's items
  Explanation explain(std::size_t items, std::size_t history);

  /// Says of an item whether an answer may hold it.
  using Filter = std::function<bool(std::string_view item)>;

  /// The k items whose embeddings have the highest cosine with that of `item`, which itself is left out, as are the
  /// items that `keep` refuses. Scores are cosines. Fewer than k only where the model has no more.
  /// kNotFound if the model doesn't know `item`. kInvalidInput if k is out of range.
  /// Cost: one pass over the item table; `keep` is asked about the items that are more similar than the last one kept.
  base::Result<Answer> similar(std::string_view item, std::size_t k, const Filter& keep = {});

  const Model& model() const { return *model_; }

 private:
  /// The state of a request while it is answered.
  struct Slot {
    explicit Slot(const Model& model);
    retrieval::Exclusions exclusions;
    std::vector<float> state;  // [hidden]
    std::vector<retrieval::ScoredItem> ranked;
  };
  /// Returns true if the search must run, false if `answer` is complete (popular items).
  bool prepare(const Request& request, Slot& slot, Answer& answer);
  void exclude_all_but(std::span<const std::span<const base::ItemIndex>> only, retrieval::Exclusions& exclusions);
  void take_popular(std::size_t k, Slot& slot) const;

  std::shared_ptr<const Model> model_;
  model::Workspace workspace_;
  retrieval::Exclusions listed_;        // the items in `only`
  std::vector<base::ItemIndex> known_;  // the history in the model's numbers, without unknown items
  retrieval::Search search_;
  std::vector<Slot> slots_;  // at least one
  std::vector<retrieval::SearchRequest> searched_;
};

}  // namespace sasrec::recommend
