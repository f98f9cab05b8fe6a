#include "training/default_recipe.hpp"

#include <algorithm>

namespace sasrec::training {

Settings default_recipe(const DataShape& data) {
  const bool small = data.interactions < 300'000;
  Settings settings;
  settings.recipe = "default";
  settings.model = {.items = data.items,
                    .hidden = small ? std::size_t{64} : std::size_t{128},
                    .heads = 2,
                    .blocks = 2,
                    .max_length = std::clamp<std::size_t>(data.length_p90, 10, 200),
                    .feed_forward = small ? std::size_t{64} : std::size_t{128},
                    .activation = checkpoint::Activation::kGelu,
                    .norm = checkpoint::Norm::kPre,
                    .padding = checkpoint::Padding::kIgnored,
                    .dropout = 0.3F};
  settings.loss = data.items <= 50'000 ? Loss::kSoftmax : Loss::kSampledSoftmax;
  settings.negatives = settings.loss == Loss::kSampledSoftmax ? 4096 : 0;
  settings.batch = small ? 64 : 128;
  return settings;
}

}  // namespace sasrec::training
