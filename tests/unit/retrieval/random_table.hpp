#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "retrieval/item_table.hpp"

namespace sasrec::retrieval {

/// [count], normally distributed.
inline std::vector<float> random_numbers(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

inline ItemTable random_table(std::size_t items, std::size_t hidden, unsigned seed = 1) {
  return {random_numbers((items + 1) * hidden, seed), items, hidden};
}

}  // namespace sasrec::retrieval
