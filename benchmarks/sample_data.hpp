#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "checkpoint/config.hpp"
#include "dataset/sequences.hpp"
#include "dataset/split.hpp"

namespace sasrec::benchmarks {

/// Items of MovieLens-1M.
inline constexpr std::size_t kMovieLensItems = 3416;

/// Random weights about as large as training gives them; always the same for a config. Is a model::TensorLookup.
class RandomWeights {
 public:
  explicit RandomWeights(const checkpoint::ModelConfig& config);
  std::span<const float> operator()(std::string_view name) const { return values_.at(std::string(name)); }

 private:
  std::map<std::string, std::vector<float>> values_;
};

/// `length` distinct items of 1 to `items`.
std::vector<base::ItemIndex> random_history(std::size_t items, std::size_t length);

/// What there is to train on and to evaluate, split by leave-one-out.
struct Log {
  std::string name;
  std::size_t items = 0;
  dataset::Sequences sequences;
  dataset::Split split;
};

/// As many users and items as MovieLens-1M and lengths distributed like its own (18 to 2,312, median 96, mean 163); the
/// items are drawn uniformly, each at most once per user.
Log synthetic_log();

/// A log in any format that dataset::import_interactions reads. Throws if it can't.
Log read_log(const std::filesystem::path& path);

}  // namespace sasrec::benchmarks
