#if defined(__x86_64__)
#include "kernels/avx512_vector.hpp"
#include "kernels/make_kernels.hpp"

namespace sasrec::kernels {
namespace {

struct Codes512 : Lines512 {
  // In 16 bits, the sums of each item's even and of its odd pairs of columns. kLargestQuerySum keeps them from
  // overflowing.
  __m512i pairs;

  static Codes512 zero() { return {{}, _mm512_setzero_si512()}; }
  void add(__m512i codes, const signed char* four_of_query) {
    pairs = _mm512_add_epi16(pairs, _mm512_maddubs_epi16(codes, beside_all(four_of_query)));
  }
  Totals512 total() const { return {_mm512_madd_epi16(pairs, _mm512_set1_epi16(1))}; }
};

}  // namespace

constinit const Kernels kAvx512 = make_kernels<Avx512, Codes512>("avx512");

}  // namespace sasrec::kernels
#endif
