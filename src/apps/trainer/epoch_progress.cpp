#include "apps/trainer/epoch_progress.hpp"

#include <cassert>
#include <utility>

namespace sasrec::apps {
namespace {

constexpr std::size_t kParts = 1000;  // of an epoch: epochs need not have equal numbers of steps

}  // namespace

EpochProgress::EpochProgress(std::size_t epochs, ProgressOutput output) : epochs_(epochs), output_(std::move(output)) {}

void EpochProgress::update(std::size_t epoch, std::size_t step, std::size_t steps, std::string_view note) {
  const std::size_t done = (epoch - 1) * kParts + step * kParts / steps;
  if (!bar_) {
    bar_.emplace(ProgressBar::Options{.label = "train", .total = epochs_ * kParts, .start = done, .unit = kParts},
                 std::move(output_));
  }
  bar_->update(done, note);
}

void EpochProgress::print(std::string_view text) {
  assert(bar_);
  bar_->print(text);
}

}  // namespace sasrec::apps
