#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "apps/progress_bar.hpp"

namespace sasrec::apps {

/// The progress of a training run, in epochs. A run that goes on where an earlier one stopped begins at its first step:
/// what was done before counts neither in the rate nor in the time left.
class EpochProgress {
 public:
  explicit EpochProgress(std::size_t epochs, ProgressOutput output = ProgressOutput::standard_error());

  /// Step `step` of the `steps` of epoch `epoch` is done; both count from 1.
  void update(std::size_t epoch, std::size_t step, std::size_t steps, std::string_view note);

  /// Prints a line of text that stays, above the bar. Only after the first update.
  void print(std::string_view text);

  /// Whether there was a step.
  bool has_begun() const { return bar_.has_value(); }

 private:
  std::size_t epochs_;
  ProgressOutput output_;
  std::optional<ProgressBar> bar_;
};

}  // namespace sasrec::apps
