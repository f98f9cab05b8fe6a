#pragma once

#include <cstddef>
#include <vector>

#include "dataset/log.hpp"

namespace sasrec::dataset {

/// Drops the interactions that equal an earlier one in user, item and time; the rest keep their order. Returns how many
/// went. Expected linear time; 8 to 16 bytes of scratch memory per interaction. Up to 2^32 - 1 interactions.
std::size_t drop_duplicates(std::vector<Interaction>& interactions);

}  // namespace sasrec::dataset
