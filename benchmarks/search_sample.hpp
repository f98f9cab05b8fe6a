#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sasrec::benchmarks {

inline constexpr std::size_t kHidden = 64;
inline constexpr std::size_t kStates = 32;

/// A table of items and the states that are searched for in it.
struct SearchSample {
  std::string name;
  std::vector<float> embeddings;  // [items + 1, kHidden]
  std::vector<float> states;      // [kStates, kHidden]
};

/// Numbers between -1 and 1: no structure that a bound could use.
SearchSample random_sample(std::size_t items);

/// As the default recipe leaves them on MovieLens-1M: the variance of the n-th direction falls with n^-0.7 (items) and
/// n^-0.9 (states), an item's length is 0.72 with a spread of 25 %, and a user's state has 10.6.
SearchSample trained_like_sample(std::size_t items);

}  // namespace sasrec::benchmarks
