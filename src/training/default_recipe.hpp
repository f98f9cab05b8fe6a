#pragma once

#include "training/settings.hpp"

namespace sasrec::training {

/// The settings of the default recipe. They depend only on the data's shape, by the rule in docs/training.md.
Settings default_recipe(const DataShape& data);

}  // namespace sasrec::training
