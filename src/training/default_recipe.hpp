#pragma once

#include "training/settings.hpp"

namespace sasrec::training {

/// The default recipe: settings that follow from the data's shape alone, by the rule in docs/training.md.
Settings default_recipe(const DataShape& data);

}  // namespace sasrec::training
