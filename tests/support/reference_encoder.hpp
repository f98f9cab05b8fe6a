#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "checkpoint/config.hpp"

namespace sasrec::test {

/// The SASRec forward pass in the plainest way: double precision, one loop per sum, every position computed in every
/// block, padding (where the config lets it take part) as real positions on the left. What engines are compared with.
/// tensor    the values of a tensor of tensor_specs(config)
/// history   oldest first, not empty; only the newest max_length items are used
/// returns   [hidden], the state at the newest item
std::vector<double> reference_encode(const checkpoint::ModelConfig& config,
                                     const std::function<std::span<const float>(std::string_view)>& tensor,
                                     std::span<const base::ItemIndex> history);

}  // namespace sasrec::test
