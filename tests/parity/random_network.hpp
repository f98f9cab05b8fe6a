#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "checkpoint/config.hpp"
#include "training/network.hpp"

namespace sasrec::test {

/// A network in evaluation mode, every parameter drawn at random, biases and norm weights too: none has a value, like 0
/// or 1, that would hide whether it is used. The padding row is zero. Its first blocks are those of the same seed and
/// fewer blocks.
training::Sasrec random_network(const checkpoint::ModelConfig& config, std::uint64_t seed);

/// Histories of length 1, 2, max_length - 1, max_length and max_length + 5.
std::vector<std::vector<base::ItemIndex>> histories_of_all_lengths(const checkpoint::ModelConfig& config);

/// LibTorch's state after a history, [hidden], and its scores of all items, [items].
struct NetworkAnswer {
  std::vector<float> state;
  std::vector<float> scores;
};
NetworkAnswer ask(training::Sasrec network, std::span<const base::ItemIndex> history);

}  // namespace sasrec::test
