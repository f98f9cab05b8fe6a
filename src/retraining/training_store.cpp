#include "retraining/training_store.hpp"

#include <algorithm>
#include <array>

namespace sasrec::retraining {
namespace {

constexpr std::array<std::string_view, 8> kStates{"queued", "loading",  "training", "evaluating",
                                                  "saving", "promoted", "rejected", "failed"};

}  // namespace

std::string_view to_string(RunState state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::optional<RunState> parse_run_state(std::string_view text) {
  const auto* const found = std::ranges::find(kStates, text);
  if (found == kStates.end()) return std::nullopt;
  return static_cast<RunState>(found - kStates.begin());
}

bool is_final(RunState state) {
  return state >= RunState::kPromoted;
}

}  // namespace sasrec::retraining
