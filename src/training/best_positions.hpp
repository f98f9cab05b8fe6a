#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::training {

/// The positions of the highest scores, at most `count`, by falling score, equal scores by rising position. Scores of
/// minus infinity are left out. Needs 4 bytes of memory per score.
std::vector<std::uint32_t> best_positions(std::span<const float> scores, std::size_t count);

}  // namespace sasrec::training
