#include "benchmarks/request_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "benchmarks/engine.hpp"
#include "benchmarks/multiply_adds.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::benchmarks {
namespace {

using kernels::Kernels;
using Clock = std::chrono::steady_clock;

enum Part : std::size_t { kAttention, kProducts, kNorms, kEmbeddings, kOtherKernels, kRest, kSearch, kParts };

constexpr std::array<const char*, kParts> kNames{"attention: both products and softmax",
                                                 "feed-forward network and projections",
                                                 "layer norms",
                                                 "embeddings, keys and values looked up",
                                                 "keys transposed, the newest item's attention",
                                                 "between the kernels",
                                                 "the ten best of 3,416 items"};

double microseconds(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

// Kernels are plain functions: what they take can only be noted outside.
std::array<double, kParts> spent;  // microseconds

template <class Work>
void time(Part part, const Work& work) {
  const auto start = Clock::now();
  work();
  spent[part] += microseconds(Clock::now() - start);
}

template <Part kPart, auto kMember, class... Arguments>
void timed_kernel(Arguments... arguments) {
  time(kPart, [&] { (kernels::best().*kMember)(arguments...); });
}

template <Part kPart, auto kMember, class... Arguments>
void wrap(Kernels& set, void (*)(Arguments...)) {
  set.*kMember = timed_kernel<kPart, kMember, Arguments...>;
}

template <Part kPart, auto kMember>
void wrap(Kernels& set) {
  wrap<kPart, kMember>(set, set.*kMember);
}

Kernels timed_kernels() {
  Kernels set = kernels::best();
  wrap<kAttention, &Kernels::attend>(set);
  wrap<kProducts, &Kernels::multiply>(set);
  wrap<kNorms, &Kernels::layer_norm>(set);
  wrap<kEmbeddings, &Kernels::add_chosen>(set);
  wrap<kOtherKernels, &Kernels::to_panels>(set);
  wrap<kOtherKernels, &Kernels::softmax>(set);
  wrap<kOtherKernels, &Kernels::score_rows>(set);
  return set;
}

std::array<double, kParts> spent_on(Engine& engine, const History& history) {
  spent = {};
  const auto start = Clock::now();
  engine.encode(history);
  const double all = microseconds(Clock::now() - start);
  auto parts = spent;  // the search below uses kernels too
  double inside = 0;
  for (const double part : parts) inside += part;
  parts[kRest] = all - inside;
  spent = {};
  time(kSearch, [&] { engine.list(history); });
  parts[kSearch] = spent[kSearch];
  return parts;
}

}  // namespace

std::string request_profile(const MachineLimits& limits) {
  constexpr std::size_t kLength = 200;
  constexpr std::size_t kRounds = 1001;
  const auto config = movie_lens_config();
  const RandomWeights weights(config);
  const auto set = timed_kernels();
  Engine engine(config, weights, set);
  const auto history = random_history(config.items, kLength);
  std::array<std::vector<double>, kParts> rounds;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto parts = spent_on(engine, history);
    for (std::size_t part = 0; part < kParts; ++part) rounds[part].push_back(parts[part]);
  }
  std::array<double, kParts> medians;
  double all = 0;
  for (std::size_t part = 0; part < kParts; ++part) {
    const auto middle = rounds[part].begin() + kRounds / 2;
    std::ranges::nth_element(rounds[part], middle);
    medians[part] = *middle;
    all += *middle;
  }
  const double attention = static_cast<double>(kLength * (kLength + 1) * config.hidden);
  const std::array<double, kParts> work{attention, multiply_adds_of_newest(config, kLength) - attention};
  std::string text =
      "| one request, 200 items of history | µs | share | at the limit of multiply-adds, µs |\n|---|---:|---:|---:|\n";
  for (std::size_t part = 0; part < kParts; ++part) {
    const auto least = work[part] > 0 ? fmt::format("{:.1f}", work[part] / limits.multiply_one * 1e6) : "";
    text +=
        fmt::format("| {} | {:.1f} | {:.0f} % | {} |\n", kNames[part], medians[part], 100 * medians[part] / all, least);
  }
  return text;
}

}  // namespace sasrec::benchmarks
