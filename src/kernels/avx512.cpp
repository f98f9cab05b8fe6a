#if defined(__x86_64__)
#include "kernels/avx512_vector.hpp"
#include "kernels/make_kernels.hpp"

namespace sasrec::kernels {
namespace {

struct Codes512 : Sums512 {
  template <std::size_t Count>
  static Sums512 sum(const unsigned char* lines, std::size_t some, const signed char* query) {
    const std::size_t count = Count != 0 ? Count : some;
    __m512i total = _mm512_setzero_si512();
    for (std::size_t first = 0; first < count; first += kLinesOf16Bits) {
      const std::size_t end = first + kLinesOf16Bits < count ? first + kLinesOf16Bits : count;
      __m512i pairs = _mm512_setzero_si512();
      for (std::size_t l = first; l < end; ++l) {
        const auto codes = Nibbles512::load(lines + l * kCodeLine);
        const signed char* factors = query + l * kCodeColumns;
        pairs = _mm512_add_epi16(pairs, _mm512_maddubs_epi16(codes.low, four_of_query(factors)));
        pairs = _mm512_add_epi16(pairs, _mm512_maddubs_epi16(codes.high, four_of_query(factors + 4)));
      }
      total = _mm512_add_epi32(total, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    }
    return {total};
  }
};

}  // namespace

constinit const Kernels kAvx512 = make_kernels<Avx512, Codes512>("avx512");

}  // namespace sasrec::kernels
#endif
