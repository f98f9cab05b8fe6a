#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "unit/kernels/kernel_fixture.hpp"

namespace sasrec::kernels {
namespace {

using SoftmaxTileTest = KernelTest;
INSTANTIATE_TEST_SUITE_P(All, SoftmaxTileTest, every_kernel(), kernel_name);

/// What one token's logits are to become, tile after tile.
class Reference {
 public:
  /// The weights of the tile; `decay` is what it makes of those of earlier tiles.
  std::vector<double> add(const std::vector<double>& logits) {
    const double before = highest;
    for (const double logit : logits) highest = std::max(highest, logit);
    decay = std::exp(before - highest);
    sum *= decay;
    std::vector<double> weights;
    for (const double logit : logits) {
      weights.push_back(std::exp(logit - highest));
      sum += weights.back();
    }
    return weights;
  }

  double highest = -3e38;
  double sum = 0;
  double decay = 0;
};

TEST_P(SoftmaxTileTest, TakesTileAfterTileAtEverySize) {
  constexpr float kUntouched = -77.0F;
  for (const float spread : {1.0F, 40.0F, 1e4F}) {
    for (const std::size_t tokens : {16U, 32U, 48U}) {
      for (const bool with_offsets : {false, true}) {
        SCOPED_TRACE(testing::Message() << "spread " << spread << ", tokens " << tokens << ", offsets "
                                        << with_offsets);
        Floats highest(tokens, offset(), -3e38F);
        Floats sums(tokens, offset());
        Floats decays(tokens, offset(), kNotANumber);
        std::vector<Reference> references(tokens);
        for (const std::size_t items : {1U, 2U, 7U, 50U}) {
          const std::size_t stride = tokens + 5;
          Floats logits((items - 1) * stride + tokens, offset(), kUntouched);
          Floats offsets(items, offset());
          for (std::size_t i = 0; i < items; ++i) {
            offsets[i] = real() * spread;
            for (std::size_t t = 0; t < tokens; ++t) logits[i * stride + t] = real() * spread;
          }
          std::vector<std::vector<double>> expected;
          for (std::size_t t = 0; t < tokens; ++t) {
            std::vector<double> column;
            column.reserve(items);
            for (std::size_t i = 0; i < items; ++i) {
              column.push_back(double{logits[i * stride + t] - (with_offsets ? offsets[i] : 0.0F)});
            }
            expected.push_back(references[t].add(column));
          }
          kernels().exponentiate({.logits = logits.data(),
                                  .stride = stride,
                                  .items = items,
                                  .tokens = tokens,
                                  .offsets = with_offsets ? offsets.data() : nullptr,
                                  .highest = highest.data(),
                                  .sums = sums.data(),
                                  .decays = decays.data()});
          for (std::size_t t = 0; t < tokens; ++t) {
            // e^x is 0 from about -87 on; of what is left, 1e-5 is the rounding of x itself at such a spread.
            const auto near = [](double value) {
              return 1e-37 + 1e-5 * value;
            };
            ASSERT_EQ(double{highest[t]}, references[t].highest);
            ASSERT_NEAR(double{decays[t]}, references[t].decay, near(references[t].decay));
            ASSERT_NEAR(double{sums[t]}, references[t].sum, near(references[t].sum));
            for (std::size_t i = 0; i < items; ++i) {
              ASSERT_NEAR(double{logits[i * stride + t]}, expected[t][i], near(expected[t][i])) << i << ", " << t;
            }
          }
          for (std::size_t i = 0; i + 1 < items; ++i) {
            for (std::size_t t = tokens; t < stride; ++t) ASSERT_EQ(logits[i * stride + t], kUntouched);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace sasrec::kernels
