#include "benchmarks/search_sample.hpp"

#include <array>
#include <cmath>
#include <random>
#include <span>

namespace sasrec::benchmarks {
namespace {

std::mt19937& generator() {
  static std::mt19937 random(4);
  return random;
}

/// Turned by two reflections, so that no axis is special.
void reflect(std::span<float> row, std::span<const float> unit) {
  float share = 0;
  for (std::size_t c = 0; c < kHidden; ++c) share += row[c] * unit[c];
  for (std::size_t c = 0; c < kHidden; ++c) row[c] -= 2 * share * unit[c];
}

}  // namespace

SearchSample random_sample(std::size_t items) {
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  SearchSample sample{"random", std::vector<float>((items + 1) * kHidden), std::vector<float>(kStates * kHidden)};
  for (float& value : sample.embeddings) value = uniform(generator());
  for (float& value : sample.states) value = uniform(generator());
  return sample;
}

SearchSample trained_like_sample(std::size_t items) {
  std::normal_distribution<float> normal;
  std::array<std::array<float, kHidden>, 2> units;
  for (auto& unit : units) {
    float squares = 0;
    for (float& value : unit) {
      value = normal(generator());
      squares += value * value;
    }
    for (float& value : unit) value /= std::sqrt(squares);
  }
  std::array<float, kHidden> item_deviations;
  std::array<float, kHidden> state_deviations;
  for (std::size_t c = 0; c < kHidden; ++c) {
    item_deviations[c] = std::pow(static_cast<float>(c + 1), -0.35F);
    state_deviations[c] = std::pow(static_cast<float>(c + 1), -0.45F);
  }
  const auto fill = [&](std::span<float> row, const std::array<float, kHidden>& deviations, float length) {
    float squares = 0;
    for (std::size_t c = 0; c < kHidden; ++c) {
      row[c] = deviations[c] * normal(generator());
      squares += row[c] * row[c];
    }
    for (float& value : row) value *= length / std::sqrt(squares);
    for (const auto& unit : units) reflect(row, unit);
  };
  SearchSample sample{"trained-like", std::vector<float>((items + 1) * kHidden), std::vector<float>(kStates * kHidden)};
  for (std::size_t n = 1; n <= items; ++n) {
    fill(std::span(sample.embeddings).subspan(n * kHidden, kHidden), item_deviations,
         0.72F * std::exp(0.25F * normal(generator())));
  }
  for (std::size_t n = 0; n < kStates; ++n) {
    fill(std::span(sample.states).subspan(n * kHidden, kHidden), state_deviations, 10.6F);
  }
  return sample;
}

}  // namespace sasrec::benchmarks
