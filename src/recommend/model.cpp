#include "recommend/model.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/directory.hpp"
#include "checkpoint/reference.hpp"
#include "recommend/golden.hpp"
#include "recommend/popularity.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::recommend {
namespace {

std::vector<float> inverse_norms(const retrieval::ItemTable& table) {
  std::vector<float> inverse(table.items() + 1, 0.0F);
  for (std::size_t n = 1; n <= table.items(); ++n) {
    const auto row = table.row(base::ItemIndex{static_cast<std::uint32_t>(n)}).first(table.hidden());
    const double square = std::inner_product(row.begin(), row.end(), row.begin(), 0.0, std::plus<>(),
                                             [](double a, double b) { return a * b; });
    if (square > 0) inverse[n] = static_cast<float>(1 / std::sqrt(square));
  }
  return inverse;
}

/// Answers one request, so that weights and code are in memory when the first real request comes.
void warm_up(const std::shared_ptr<const Model>& model) {
  const std::string& item = model->vocabulary().id(base::ItemIndex{1});
  Recommender recommender(model);
  Answer answer;
  // It can't fail, since the item is known and k is in range. The answer doesn't matter.
  static_cast<void>(recommender.recommend({.history = std::span(&item, 1), .exclude = {}}, answer));
}

}  // namespace

Model::Model(std::string version, checkpoint::Metrics metrics, base::Vocabulary vocabulary, model::Encoder encoder,
             retrieval::ItemTable table, retrieval::CodeTable codes, std::vector<retrieval::ScoredItem> popular)
    : version_(std::move(version)),
      metrics_(std::move(metrics)),
      vocabulary_(std::move(vocabulary)),
      encoder_(std::move(encoder)),
      table_(std::move(table)),
      codes_(std::move(codes)),
      popular_(std::move(popular)),
      inverse_norms_(recommend::inverse_norms(table_)) {}

base::Result<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& folder,
                                                       const kernels::Kernels& kernels) {
  const auto version = checkpoint::resolve(folder);
  if (!version) return base::Failure(version.error());
  auto checkpoint = checkpoint::Checkpoint::open(*version);
  if (!checkpoint) return base::Failure(std::move(checkpoint.error()));

  const auto& config = checkpoint->config();
  const auto reference = checkpoint::read_reference(checkpoint->reference(), config.items);
  if (!reference) return base::fail_within("checkpoint " + checkpoint->version(), reference.error());
  auto popular = popular_items(reference->item_counts);
  model::Encoder encoder(*checkpoint, kernels);
  retrieval::ItemTable table(checkpoint->tensor("item_embedding"), config.items, config.hidden, kernels);
  retrieval::CodeTable codes(table);
  retrieval::Search search(table, codes);
  if (const auto golden =
          check_golden_answers(checkpoint->manifest().golden, checkpoint->vocabulary(), encoder, search);
      !golden) {
    return base::fail_within("checkpoint " + checkpoint->version(), golden.error());
  }

  std::string name = checkpoint->version();
  auto metrics = checkpoint::read_metrics(checkpoint->metrics());
  // Shared because requests in flight keep the version that they began with. make_shared can't call the private
  // constructor.
  const std::shared_ptr<const Model> model(new Model(std::move(name), std::move(metrics),
                                                     std::move(*checkpoint).take_vocabulary(), std::move(encoder),
                                                     std::move(table), std::move(codes), std::move(popular)));
  warm_up(model);
  return model;
}

}  // namespace sasrec::recommend
