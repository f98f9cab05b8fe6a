#pragma once

#include <cstdint>
#include <string>

#include "dataset/sequences.hpp"
#include "dataset/split.hpp"
#include "training/settings.hpp"

namespace sasrec::training {

/// Users who walk round a circle of items, each from its own start and 4 to 15 steps far: the next item follows from
/// the last one.
inline dataset::Sequences circle_walks(std::uint32_t users, std::uint32_t items) {
  dataset::Sequences sequences;
  sequences.offsets.push_back(0);
  for (std::uint32_t user = 0; user < users; ++user) {
    sequences.users.push_back(std::to_string(user));
    const std::uint32_t length = 4 + user % 12;
    for (std::uint32_t t = 0; t < length; ++t) sequences.items.push_back({1 + (user * 7 + t) % items});
    sequences.offsets.push_back(sequences.items.size());
  }
  sequences.times.assign(sequences.items.size(), 0);
  return sequences;
}

/// Leave-one-out: the last item is test, the one before it validation.
inline dataset::Split last_two_held_back(const dataset::Sequences& sequences) {
  dataset::Split split;
  for (std::uint32_t user = 0; user < sequences.user_count(); ++user) {
    const auto length = static_cast<std::uint32_t>(sequences.length(user));
    split.train_length.push_back(length - 2);
    split.validation.push_back({user, length - 2});
    split.test.push_back({user, length - 1});
  }
  return split;
}

/// A model that trains within a second.
inline Settings small_settings(std::size_t items) {
  Settings settings;
  settings.model = {
      .items = items, .hidden = 16, .heads = 2, .blocks = 1, .max_length = 8, .feed_forward = 16, .dropout = 0.1F};
  settings.batch = 16;
  settings.epochs = 6;
  settings.learning_rate = 1e-2;
  settings.warmup_steps = 4;
  return settings;
}

}  // namespace sasrec::training
