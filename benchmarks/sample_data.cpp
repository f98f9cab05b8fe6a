#include "benchmarks/sample_data.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>

#include "dataset/import.hpp"

namespace sasrec::benchmarks {
namespace {

template <class T>
T value_or_throw(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

/// Picks `count` of the items by the first steps of a shuffle.
void draw_distinct(std::vector<base::ItemIndex>& items, std::size_t count, std::mt19937_64& random) {
  for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + random() % (items.size() - i)]);
}

std::vector<base::ItemIndex> all_items(std::size_t items) {
  std::vector<base::ItemIndex> all;
  for (std::uint32_t item = 1; item <= items; ++item) all.push_back({item});
  return all;
}

}  // namespace

RandomWeights::RandomWeights(const checkpoint::ModelConfig& config) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  for (const auto& spec : checkpoint::tensor_specs(config)) {
    const auto size = std::accumulate(spec.shape.begin(), spec.shape.end(), std::int64_t{1}, std::multiplies<>());
    const float scale = spec.shape.size() == 1 ? 0.1F : 1.5F / std::sqrt(static_cast<float>(spec.shape.back()));
    const float offset = spec.name.ends_with("norm.weight") ? 1.0F : 0.0F;
    auto& values = values_[spec.name];
    values.resize(static_cast<std::size_t>(size));
    for (float& value : values) value = offset + scale * uniform(random);
  }
}

std::vector<base::ItemIndex> random_history(std::size_t items, std::size_t length) {
  std::mt19937_64 random(2);
  auto history = all_items(items);
  draw_distinct(history, length, random);
  history.resize(length);
  return history;
}

Log synthetic_log() {
  constexpr std::size_t kUsers = 6040;
  constexpr double kMax = 2312;
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> beyond_shortest(std::log(78.0), 1.117);
  Log log{.name = "synthetic log", .items = kMovieLensItems, .sequences = {}, .split = {}};
  auto items = all_items(log.items);
  log.sequences.offsets.push_back(0);
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const auto length = static_cast<std::size_t>(std::min(kMax, 18 + beyond_shortest(random)));
    draw_distinct(items, length, random);
    log.sequences.users.push_back(std::to_string(user));
    log.sequences.items.insert(log.sequences.items.end(), items.begin(),
                               items.begin() + static_cast<std::ptrdiff_t>(length));
    log.sequences.offsets.push_back(log.sequences.items.size());
    const auto last = static_cast<std::uint32_t>(length - 1);
    log.split.train_length.push_back(last - 1);
    log.split.validation.push_back({user, last - 1});
    log.split.test.push_back({user, last});
  }
  log.sequences.times.assign(log.sequences.items.size(), 0);
  return log;
}

Log read_log(const std::filesystem::path& path) {
  const auto import = value_or_throw(dataset::import_interactions(path));
  const auto sequences = dataset::build_sequences(import.log);
  auto split = value_or_throw(dataset::split_sequences(sequences, dataset::Protocol::kLeaveOneOut));
  const auto vocabulary = value_or_throw(dataset::training_vocabulary(import.log, sequences, split));
  return {.name = path.filename().string(),
          .items = vocabulary.size(),
          .sequences = dataset::index_sequences(sequences, import.log, vocabulary),
          .split = std::move(split)};
}

}  // namespace sasrec::benchmarks
