#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "retraining/learner.hpp"

namespace sasrec::apps {

/// Learns with LibTorch, in this process. Keeps finished epochs in the checkpoints folder.
class TorchLearner final : public retraining::Learner {
 public:
  struct Options {
    std::filesystem::path checkpoints;  ///< must be there when learn() is called
    std::string recipe = "default";
    std::vector<std::string> overrides;
    at::Device device = at::kCPU;
    std::optional<std::size_t> threads;  ///< none: as many as there is work for
  };

  explicit TorchLearner(Options options) : options_(std::move(options)) {}

  base::Result<retraining::Learned> learn(const retraining::Lesson& lesson,
                                          const std::function<void(const retraining::LearningProgress&)>& told,
                                          const std::stop_token& stop) override;
  void forget() override;

 private:
  std::filesystem::path state_file() const { return options_.checkpoints / "retraining-state"; }

  const Options options_;
};

}  // namespace sasrec::apps
