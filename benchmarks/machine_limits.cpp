#include "benchmarks/machine_limits.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/parallel.hpp"
#include "benchmarks/timing.hpp"
#include "kernels/aligned_buffer.hpp"
#include "kernels/kernels.hpp"

namespace sasrec::benchmarks {
namespace {

/// Loops that do nothing but read, or nothing but multiply and add. They return what they computed, so that the
/// compiler can't leave it out.
struct Loops {
  std::size_t multiply_adds;  ///< of one step
  float (*multiply)(std::size_t steps);
  std::size_t multiply_adds_int8;
  float (*multiply_int8)(std::size_t steps);
  float (*read)(const float* from, std::size_t count);  ///< count: a multiple of 64
};

float multiply_plain(std::size_t steps) {
  std::array<float, 32> sums{};
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = static_cast<float>(i);  // different, or one would do for all
  const auto factor = static_cast<float>(steps % 2);
  for (std::size_t step = 0; step < steps; ++step) {
    for (float& sum : sums) sum = sum * factor + factor;
  }
  return sums[7];
}

float multiply_int8_plain(std::size_t steps) {
  std::array<int, 32> sums{};
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = static_cast<int>(i);
  const auto factor = static_cast<signed char>(steps % 2);
  for (std::size_t step = 0; step < steps; ++step) {
    for (int& sum : sums) sum = static_cast<signed char>(sum) * factor + factor;
  }
  return static_cast<float>(sums[7]);
}

float read_plain(const float* from, std::size_t count) {
  std::array<float, 16> sums{};
  for (std::size_t i = 0; i < count; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += from[i + lane];
  }
  return sums[7];
}

#if defined(__x86_64__)
/// Places read in turn: a core fetches ahead within a page only, and so more of them at a time.
constexpr std::size_t kStreams = 4;

// Enough sums in flight to hide a multiply-add's latency; few enough to stay in registers.
[[gnu::target("avx2,fma")]] float multiply_avx2(std::size_t steps) {
  const __m256 factor = _mm256_set1_ps(static_cast<float>(steps % 2));
  __m256 sums[12];
  for (std::size_t i = 0; i < 12; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
    for (std::size_t i = 0; i < 12; ++i) sums[i] = _mm256_fmadd_ps(sums[i], factor, factor);
  }
  for (std::size_t i = 1; i < 12; ++i) sums[0] = _mm256_add_ps(sums[0], sums[i]);
  return _mm256_cvtss_f32(sums[0]);
}

[[gnu::target("avx2")]] float multiply_int8_avx2(std::size_t steps) {
  const __m256i factor = _mm256_set1_epi8(static_cast<char>(steps % 2));
  __m256i sums[12];
  for (std::size_t i = 0; i < 12; ++i) sums[i] = _mm256_set1_epi8(static_cast<char>(i));
  for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 12
    for (std::size_t i = 0; i < 12; ++i) sums[i] = _mm256_maddubs_epi16(sums[i], factor);
  }
#pragma GCC unroll 12
  for (std::size_t i = 1; i < 12; ++i) sums[0] = _mm256_add_epi16(sums[0], sums[i]);
  return static_cast<float>(_mm256_extract_epi16(sums[0], 0));
}

[[gnu::target("avx2,fma")]] float read_avx2(const float* from, std::size_t count) {
  const std::size_t part = count / kStreams;
  __m256 sums[kStreams] = {};
  for (std::size_t i = 0; i < part; i += 8) {
#pragma GCC unroll 4
    for (std::size_t s = 0; s < kStreams; ++s) {
      sums[s] = _mm256_add_ps(sums[s], _mm256_load_ps(from + s * part + i));
    }
  }
  for (std::size_t s = 1; s < kStreams; ++s) sums[0] = _mm256_add_ps(sums[0], sums[s]);
  return _mm256_cvtss_f32(sums[0]);
}

[[gnu::target("avx512f")]] float multiply_avx512(std::size_t steps) {
  const __m512 factor = _mm512_set1_ps(static_cast<float>(steps % 2));
  __m512 sums[16];
  for (std::size_t i = 0; i < 16; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) sums[i] = _mm512_fmadd_ps(sums[i], factor, factor);
  }
  for (std::size_t i = 1; i < 16; ++i) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_cvtss_f32(sums[0]);
}

[[gnu::target("avx512f,avx512bw")]] float multiply_int8_avx512(std::size_t steps) {
  const __m512i factor = _mm512_set1_epi8(static_cast<char>(steps % 2));
  __m512i sums[16];
  for (std::size_t i = 0; i < 16; ++i) sums[i] = _mm512_set1_epi8(static_cast<char>(i));
  for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) sums[i] = _mm512_maddubs_epi16(sums[i], factor);
  }
#pragma GCC unroll 16
  for (std::size_t i = 1; i < 16; ++i) sums[0] = _mm512_add_epi16(sums[0], sums[i]);
  int numbers[16];
  _mm512_storeu_si512(numbers, sums[0]);
  return static_cast<float>(numbers[0]);
}

[[gnu::target("avx512f,avx512vnni")]] float multiply_int8_vnni(std::size_t steps) {
  const __m512i factor = _mm512_set1_epi8(static_cast<char>(steps % 2));
  __m512i sums[16];
  for (std::size_t i = 0; i < 16; ++i) sums[i] = _mm512_set1_epi32(static_cast<int>(i));
  for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) sums[i] = _mm512_dpbusd_epi32(sums[i], factor, factor);
  }
#pragma GCC unroll 16
  for (std::size_t i = 1; i < 16; ++i) sums[0] = _mm512_add_epi32(sums[0], sums[i]);
  int numbers[16];
  _mm512_storeu_si512(numbers, sums[0]);
  return static_cast<float>(numbers[0]);
}

[[gnu::target("avx512f")]] float read_avx512(const float* from, std::size_t count) {
  const std::size_t part = count / kStreams;
  __m512 sums[kStreams] = {};
  for (std::size_t i = 0; i < part; i += 16) {
#pragma GCC unroll 4
    for (std::size_t s = 0; s < kStreams; ++s) {
      sums[s] = _mm512_add_ps(sums[s], _mm512_load_ps(from + s * part + i));
    }
  }
  for (std::size_t s = 1; s < kStreams; ++s) sums[0] = _mm512_add_ps(sums[0], sums[s]);
  return _mm512_cvtss_f32(sums[0]);
}
#endif

Loops loops_for(std::string_view instruction_set) {
#if defined(__x86_64__)
  if (instruction_set == "avx512vnni") return {16 * 16, multiply_avx512, 16 * 64, multiply_int8_vnni, read_avx512};
  if (instruction_set == "avx512") return {16 * 16, multiply_avx512, 16 * 64, multiply_int8_avx512, read_avx512};
  if (instruction_set == "avx2") return {12 * 8, multiply_avx2, 12 * 32, multiply_int8_avx2, read_avx2};
#endif
  return {32, multiply_plain, 32, multiply_int8_plain, read_plain};
}

/// Work per second at best. Interference only ever makes it slower, so the quickest quarter of the rounds counts.
double per_second(double work, Clock clock, const std::function<void()>& run) {
  return work / (race(std::array{Contender{run}}, 15, clock).front().lower * 1e-3);
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown CPU";
}

}  // namespace

MachineLimits measure_limits() {
  MachineLimits limits{.cpu = cpu_name(), .instruction_set = kernels::best().name, .threads = base::default_threads()};
  const auto loops = loops_for(limits.instruction_set);
  const std::size_t threads = limits.threads;

  volatile float kept = 0;
  const auto on_all = [&](const std::function<void(std::size_t part)>& work) {
    base::parallel_for(threads, threads, [&](std::size_t, std::size_t part) { work(part); });
  };

  constexpr std::size_t kSteps = 4'000'000;
  const auto measure = [&](std::size_t multiply_adds, float (*loop)(std::size_t), double& one, double& all) {
    const auto multiply = [&](std::size_t) {
      kept = loop(kSteps);
    };
    const auto work = static_cast<double>(multiply_adds * kSteps);
    one = per_second(work, Clock::kThread, [&] { multiply(0); });
    all = per_second(work * static_cast<double>(threads), Clock::kWall, [&] { on_all(multiply); });
  };
  measure(loops.multiply_adds, loops.multiply, limits.multiply_one, limits.multiply_all);
  measure(loops.multiply_adds_int8, loops.multiply_int8, limits.multiply_int8_one, limits.multiply_int8_all);

  constexpr std::size_t kFloats = std::size_t{1} << 26U;  // 256 MiB, as much as search_case reads
  kernels::FloatBuffer memory(kFloats);
  const std::size_t size = kFloats / threads / 64 * 64;
  const auto read = [&](std::size_t part) {
    kept = loops.read(memory.data() + part * size, size);
  };
  const auto bytes = static_cast<double>(size * threads * sizeof(float));
  limits.read_one = per_second(bytes, Clock::kThread, [&] {
    for (std::size_t part = 0; part < threads; ++part) read(part);
  });
  limits.read_all = per_second(bytes, Clock::kWall, [&] { on_all(read); });
  return limits;
}

}  // namespace sasrec::benchmarks
