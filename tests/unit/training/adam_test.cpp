#include "training/adam.hpp"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

namespace sasrec::training {
namespace {

/// The algorithm of the papers for one number.
struct Reference {
  double value;
  double beta2;
  double decay;
  double first = 0;
  double second = 0;

  void update(double gradient, double rate, int step) {
    first = 0.9 * first + 0.1 * gradient;
    second = beta2 * second + (1 - beta2) * gradient * gradient;
    const double mean = first / (1 - std::pow(0.9, step));
    const double size = std::sqrt(second / (1 - std::pow(beta2, step)));
    value -= rate * decay * value + rate * mean / (size + 1e-8);
  }
};

TEST(Adam, IsThePapersWithDecoupledDecay) {
  for (const double decay : {0.0, 0.1}) {
    Settings settings;
    settings.beta2 = 0.98;
    settings.weight_decay = decay;
    Adam adam({at::full({3}, 2.0F), at::full({2, 2}, -1.0F)}, settings);
    Reference first{.value = 2, .beta2 = 0.98, .decay = decay};
    Reference second{.value = -1, .beta2 = 0.98, .decay = decay};
    for (int step = 1; step <= 20; ++step) {
      const double gradient = std::sin(step);
      adam.update({at::full({3}, gradient), at::full({2, 2}, 10 * gradient)}, 0.05, static_cast<std::size_t>(step));
      first.update(gradient, 0.05, step);
      second.update(10 * gradient, 0.05, step);
      EXPECT_NEAR(adam.parameters[0][1].item<double>(), first.value, 1e-5) << "step " << step;
      EXPECT_NEAR(adam.parameters[1][1][0].item<double>(), second.value, 1e-5) << "step " << step;
    }
  }
}

TEST(LearningRate, RisesThenStaysOrFallsToZero) {
  Settings settings;
  settings.learning_rate = 0.1;
  settings.warmup_steps = 10;
  EXPECT_DOUBLE_EQ(learning_rate(settings, 1, 110), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate(settings, 10, 110), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(settings, 110, 110), 0.1);
  settings.schedule = Schedule::kCosine;
  EXPECT_DOUBLE_EQ(learning_rate(settings, 10, 110), 0.1);
  EXPECT_NEAR(learning_rate(settings, 60, 110), 0.05, 1e-12);
  EXPECT_NEAR(learning_rate(settings, 110, 110), 0.0, 1e-12);
  EXPECT_NEAR(learning_rate(settings, 500, 110), 0.0, 1e-12);
}

}  // namespace
}  // namespace sasrec::training
