#pragma once

#include <cstddef>
#include <vector>

#include "dataset/log.hpp"

namespace sasrec::dataset {

/// Removes each interaction that equals an earlier one in user, item and time; the others keep their order. Returns the
/// number removed. Takes linear time (expected) and 8 to 16 bytes of scratch memory per interaction. At most 2^32 - 1
/// interactions.
std::size_t drop_duplicates(std::vector<Interaction>& interactions);

}  // namespace sasrec::dataset
