#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::training {

/// The positions of the highest scores, at most `count`: by falling score, equal ones by rising position. Those of
/// minus infinity are left out. Needs memory for as many numbers as there are scores.
std::vector<std::uint32_t> best_positions(std::span<const float> scores, std::size_t count);

}  // namespace sasrec::training
