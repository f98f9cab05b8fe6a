#if defined(__x86_64__)
#include "kernels/avx512_vector.hpp"
#include "kernels/make_kernels.hpp"

namespace sasrec::kernels {
namespace {

struct CodesVnni : Lines512 {
  __m512i sums;

  static CodesVnni zero() { return {{}, _mm512_setzero_si512()}; }
  void add(__m512i codes, const signed char* four_of_query) {
    sums = _mm512_dpbusd_epi32(sums, codes, beside_all(four_of_query));
  }
  Totals512 total() const { return {sums}; }
};

}  // namespace

constinit const Kernels kAvx512Vnni = make_kernels<Avx512, CodesVnni>("avx512vnni");

}  // namespace sasrec::kernels
#endif
