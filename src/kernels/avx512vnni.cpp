#if defined(__x86_64__)
#include "kernels/avx512_vector.hpp"
#include "kernels/make_kernels.hpp"

namespace sasrec::kernels {
namespace {

struct CodesVnni : Sums512 {
  template <std::size_t Count>
  static Sums512 sum(const unsigned char* lines, std::size_t count, const signed char* query) {
    __m512i low = _mm512_setzero_si512();
    __m512i high = _mm512_setzero_si512();
    for (std::size_t l = 0; l < (Count != 0 ? Count : count); ++l) {
      const auto codes = Nibbles512::load(lines + l * kCodeLine);
      const signed char* factors = query + l * kCodeColumns;
      low = _mm512_dpbusd_epi32(low, codes.low, four_of_query(factors));
      high = _mm512_dpbusd_epi32(high, codes.high, four_of_query(factors + 4));
    }
    return {_mm512_add_epi32(low, high)};
  }
};

}  // namespace

constinit const Kernels kAvx512Vnni = make_kernels<Avx512, CodesVnni>("avx512vnni");

}  // namespace sasrec::kernels
#endif
