#include "support/sample_checkpoint.hpp"

#include <chrono>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>

namespace sasrec::test {
namespace {

std::size_t count(const std::vector<std::int64_t>& shape) {
  std::size_t product = 1;
  for (const auto extent : shape) {
    product *= static_cast<std::size_t>(extent);
  }
  return product;
}

}  // namespace

std::vector<float>& SampleModel::tensor(std::string_view name) {
  for (std::size_t i = 0; i < draft.tensors.size(); ++i) {
    if (draft.tensors[i].name == name) {
      return storage[i];
    }
  }
  throw std::invalid_argument("no tensor " + std::string(name));
}

checkpoint::ModelConfig sample_config() {
  return {.items = 12, .hidden = 8, .heads = 2, .blocks = 2, .max_length = 6, .feed_forward = 16, .dropout = 0.2F};
}

SampleModel sample_model(const checkpoint::ModelConfig& config, std::uint64_t seed) {
  SampleModel model;
  model.draft.config = config;
  model.draft.training = {{"loss", "bce"}, {"seed", seed}};
  model.draft.metrics = {{"ndcg@10", 0.25}, {"test", {{"ndcg@10", 0.25}}}};
  boost::json::array counts;
  for (std::size_t item = 1; item <= config.items; ++item) {
    model.draft.vocabulary.push_back("item-" + std::to_string(item));
    counts.push_back(item);
  }
  model.draft.reference = {{"item_counts", std::move(counts)}};

  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  for (auto& spec : checkpoint::tensor_specs(config)) {
    // Near what training gives: norms around 1, biases small, matrices and embeddings that keep a state's size.
    const bool norm_weight = spec.name.ends_with("norm.weight");
    const float scale = spec.shape.size() == 1 ? 0.1F : 1.5F / std::sqrt(static_cast<float>(spec.shape.back()));
    std::vector<float> values(count(spec.shape));
    for (auto& value : values) {
      value = (norm_weight ? 1.0F : 0.0F) + scale * uniform(random);
    }
    if (spec.name == "item_embedding") {
      std::fill_n(values.begin(), config.hidden, 0.0F);
    }
    model.storage.push_back(std::move(values));
    model.draft.tensors.push_back({std::move(spec.name), std::move(spec.shape), model.storage.back()});
  }
  return model;
}

std::filesystem::path save_sample(const SampleModel& model, const std::filesystem::path& root) {
  checkpoint::Directory directory(root);
  const auto version = directory.save(model.draft, std::chrono::system_clock::now());
  if (!version) {
    throw std::runtime_error(version.error().message);
  }
  if (const auto activated = directory.activate(*version); !activated) {
    throw std::runtime_error(activated.error().message);
  }
  return root / *version;
}

}  // namespace sasrec::test
