#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/sequences.hpp"

namespace sasrec::evaluation {

/// One sequence of ItemIndex values per user, without times.
inline dataset::Sequences sequences_of(const std::vector<std::vector<std::uint32_t>>& users) {
  dataset::Sequences sequences;
  sequences.offsets.push_back(0);
  for (const auto& items : users) {
    sequences.users.push_back(std::to_string(sequences.users.size()));
    for (const auto item : items) sequences.items.push_back({item});
    sequences.offsets.push_back(sequences.items.size());
  }
  sequences.times.assign(sequences.items.size(), 0);
  return sequences;
}

}  // namespace sasrec::evaluation
