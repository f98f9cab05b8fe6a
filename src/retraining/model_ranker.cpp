#include "retraining/model_ranker.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace sasrec::retraining {
namespace {

using base::ItemIndex;

/// Scratch memory of one thread.
struct Scratch {
  explicit Scratch(const recommend::Model& model)
      : workspace(model.encoder().make_workspace()), state(model.table().hidden()) {}
  model::Workspace workspace;
  std::vector<float> state;
  std::vector<ItemIndex> known;
};

class ModelRanker {
 public:
  explicit ModelRanker(std::shared_ptr<const recommend::Model> model) : model_(std::move(model)) {}

  void score(std::span<const evaluation::History> histories, std::span<float> scores) {
    auto scratch = take();
    const std::size_t columns = model_->vocabulary().size() + 1;
    for (std::size_t n = 0; n < histories.size(); ++n) {
      score_one(histories[n], *scratch, scores.subspan(n * columns, columns));
    }
    give_back(std::move(scratch));
  }

 private:
  void score_one(evaluation::History history, Scratch& scratch, std::span<float> scores) const {
    scratch.known.clear();
    std::ranges::copy_if(history, std::back_inserter(scratch.known),
                         [](ItemIndex item) { return item != base::kPadding; });
    if (scratch.known.empty()) {
      for (const auto& [item, count] : model_->popular()) scores[item.value] = count;
      return;
    }
    model_->encoder().encode(scratch.known, scratch.workspace, scratch.state);
    model_->table().score_all(scratch.state, scores);
  }

  std::unique_ptr<Scratch> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto scratch = std::move(idle_.back());
        idle_.pop_back();
        return scratch;
      }
    }
    return std::make_unique<Scratch>(*model_);
  }

  void give_back(std::unique_ptr<Scratch> scratch) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(scratch));
  }

  const std::shared_ptr<const recommend::Model> model_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;  // guarded by mutex_
};

}  // namespace

evaluation::Ranker model_ranker(std::shared_ptr<const recommend::Model> model) {
  // Shared because std::function copies what it holds, and the scratch memory must not be copied.
  return [ranker = std::make_shared<ModelRanker>(std::move(model))](std::span<const evaluation::History> histories,
                                                                    std::span<float> scores) {
    ranker->score(histories, scores);
  };
}

}  // namespace sasrec::retraining
