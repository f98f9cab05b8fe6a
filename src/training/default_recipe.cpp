#include "training/default_recipe.hpp"

#include <algorithm>
#include <bit>

namespace sasrec::training {
namespace {

constexpr std::size_t kLargeLog = 300'000;       // training interactions
constexpr std::size_t kWholeCatalogue = 50'000;  // items up to which the softmax is computed over all of them

/// The power of two next to `value` on a logarithmic scale; at least 1.
std::size_t nearest_power_of_two(std::size_t value) {
  const std::size_t below = std::bit_floor(std::max<std::size_t>(1, value));
  return value * value > 2 * below * below ? 2 * below : below;
}

}  // namespace

Settings default_recipe(const DataShape& data) {
  const bool large = data.interactions >= kLargeLog;
  Settings settings;
  settings.recipe = "default";
  const std::size_t hidden = large ? 128 : 64;
  settings.model = {.items = data.items,
                    .hidden = hidden,
                    .heads = 2,
                    .blocks = 2,
                    .max_length = std::clamp<std::size_t>(data.length_p90, 10, large ? 200 : 50),
                    .feed_forward = hidden,
                    .activation = checkpoint::Activation::kGelu,
                    .norm = checkpoint::Norm::kPre,
                    .padding = checkpoint::Padding::kIgnored,
                    .dropout = large ? 0.3F : 0.2F};
  settings.loss = data.items <= kWholeCatalogue ? Loss::kSoftmax : Loss::kSampledSoftmax;
  settings.negatives = settings.loss == Loss::kSampledSoftmax ? 4096 : 0;
  settings.windows = Windows::kAll;
  // About a hundred steps an epoch, of at least 512 and at most 12,800 items each.
  const auto step_items = std::clamp<std::size_t>(data.interactions / 100, 512, 12'800);
  settings.batch = nearest_power_of_two(step_items / settings.model.max_length);
  const auto steps = std::max<std::size_t>(1, data.interactions / (settings.batch * settings.model.max_length));
  // A small log is passed over until it has had its 1,400 steps; a large one has had enough after 28 passes.
  settings.epochs = large ? 28 : std::clamp<std::size_t>(1'400 / steps, 14, 200);
  settings.patience = large ? 6 : settings.epochs / 4;
  settings.schedule = large ? Schedule::kCosine : Schedule::kConstant;
  settings.learning_rate = large ? 2e-3 : 3e-3;
  settings.item_deviation = large ? 0.05 : 0.1;
  return settings;
}

}  // namespace sasrec::training
