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
  std::span<const std::string> history;  ///< item ids, oldest first; ids unknown to the model are skipped and counted
  std::size_t k = 10;                    ///< 1 to kMaxK
  std::span<const std::string> exclude;  ///< item ids never to be returned; unknown ones are ignored
  Seen seen = Seen::kExclude;            ///< whether items of the history may come back
  std::span<const base::ItemIndex> unavailable;  ///< of this model version; never to be returned
  /// Lists of items of this model version; if there are any, only items in at least one of them are returned.
  std::span<const std::span<const base::ItemIndex>> only;
};

struct RankedItem {
  std::string_view item;  ///< lives as long as the model
  float score = 0;        ///< model: the fp32 score; popular: the item's training count
};

struct Answer {
  Source source = Source::kModel;
  std::vector<RankedItem> items;
  std::size_t unknown_items = 0;  ///< ids of the history that the model doesn't know
};

/// Why the items of an answer are ranked as they are.
struct Explanation {
  std::vector<std::string_view> history;  ///< items of the history, oldest first; live as long as the model
  std::vector<float> attention;           ///< [history], see model::Encoder::encode
  std::vector<float> effects;             ///< [items, history]: an item's score less what it is without that one
};

/// Answers requests from one model version. One per thread (it owns the scratch memory); makes no allocation once warm,
/// but for what grows in `answer`.
class Recommender {
 public:
  explicit Recommender(std::shared_ptr<const Model> model);

  /// The k best of the items that the request allows, exactly; equal ones by rising ItemIndex; fewer where fewer are
  /// allowed. A history without a known item is answered from the popular items (Source::kPopular).
  /// kInvalidInput if k is out of range. `answer` is overwritten, its memory reused.
  /// Cost: the encoder, one pass over the codes of the item table, and with `only` one over its lists and the numbers
  /// of the items.
  base::Result<void> recommend(const Request& request, Answer& answer);

  /// The same for several requests, which share the passes over the codes: where there are a million items that takes
  /// a third of the time. Each request of a batch needs 4 bytes an item.
  /// answers, results   [requests.size()]
  void recommend(std::span<const Request> requests, std::span<Answer> answers, std::span<base::Result<void>> results);

  /// Explains the answer that recommend() gave last for one request, which must be the model's: its `items` best, by
  /// the newest `history` of the items that the model looked at. Where the history is one item, its effect is the whole
  /// score. Cost: the encoder for each of these, and their scores of the answer's items.
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
  /// What is kept of a request while it is answered.
  struct Slot {
    explicit Slot(const Model& model);
    retrieval::Exclusions exclusions;
    std::vector<float> state;  // [hidden]
    std::vector<retrieval::ScoredItem> ranked;
  };
  /// Whether the model is to search for the answer; else it is there.
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
