#pragma once

#include "kernels/attention_impl.hpp"
#include "kernels/codes_impl.hpp"
#include "kernels/rows_impl.hpp"
#include "kernels/softmax_tile_impl.hpp"
#include "kernels/training_attention_impl.hpp"

namespace sasrec::kernels {
namespace {

/// The table of the kernels built on `Vec`, which has:
/// kWidth lanes (a power of two up to kPanel); zero, set, load, load_first (n < kWidth lanes, the others 0; reads no
/// more), store, first (n lanes, the others 0), sum, largest, + - * /, multiply_add (a * b + c), max, min (b if one is
/// NaN), sqrt, greater (a bit for each lane with a > b), zero_unless_greater(kept, a, b), power_of_two (see
/// exponential), sum_each (lane r: the sum of vector r), transpose of kTransposed x kTransposed floats (kTransposed
/// divides kPanel), Bits, as many whole numbers of 32 bits (counting: n, n + 1, ...; set, ^, >>, *),
/// zero_where_less(kept, bits, limit), which takes the bits as signed, and the tile of multiply that its registers
/// hold: kTileRows x kTilePanels; and on `Codes`, sums of 16 items' codes times a query, which has: zero; add(codes,
/// four), four columns more; total, to store as kCodeItems ints, with a bit for each item above(limit); unpack(line),
/// the low and high halves of a line's bytes as add takes them; load and store of these as kCodeLine bytes; kQueries (a
/// power of two), how many sums its registers hold; kQueryStays, whether they hold a query of 64 numbers; kAhead, how
/// many blocks ahead of a single query memory is asked, 0 where the CPU does so better by itself.
template <class Vec, class Codes>
constexpr Kernels make_kernels(const char* name) {
  return {.name = name,
          .to_panels = to_panels<Vec>,
          .multiply = multiply<Vec>,
          .attend = attend<Vec>,
          .softmax = softmax<Vec>,
          .exponentiate = exponentiate<Vec>,
          .layer_norm = layer_norm<Vec>,
          .add_chosen = add_chosen<Vec>,
          .score_rows = score_rows<Vec>,
          .score_chosen = score_chosen<Vec>,
          .match_codes = match_codes<Codes>,
          .limit_codes = limit_codes,
          .training = {.attend = attend_trained<Vec>,
                       .attend_back = attend_back<Vec>,
                       .layer_norm_back = layer_norm_back<Vec>,
                       .drop = drop<Vec>,
                       .relu_back = relu_back<Vec>,
                       .gelu = gelu_all<Vec>,
                       .gelu_back = gelu_back<Vec>,
                       .add_rows = add_rows<Vec>,
                       .dot_rows = dot_rows<Vec>},
          .select_above = select_above<Vec>};
}

}  // namespace
}  // namespace sasrec::kernels
