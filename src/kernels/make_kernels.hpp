#pragma once

#include "kernels/attention_impl.hpp"
#include "kernels/codes_impl.hpp"
#include "kernels/rows_impl.hpp"
#include "kernels/softmax_tile_impl.hpp"
#include "kernels/training_attention_impl.hpp"

namespace sasrec::kernels {
namespace {

/// Makes the table of kernels from two types of one instruction set.
///
/// `Vec` is a vector of floats:
///   kWidth                                  number of lanes, a power of two up to kPanel
///   zero, set, load, store                  as the names say
///   load_first(from, n)                     loads n < kWidth lanes and reads no more; the others are 0
///   first(n)                                keeps n lanes; the others become 0
///   sum, largest                            over all lanes
///   + - * / sqrt, multiply_add              the last is a * b + c
///   max, min                                b if one of both is NaN
///   greater(a, b)                           a bit for each lane with a > b
///   zero_unless_greater(kept, a, b)         `kept` in the lanes with a > b, 0 in the others
///   zero_where_less(kept, bits, limit)      0 in the lanes with bits < limit (signed), `kept` in the others
///   power_of_two                            see exponential()
///   sum_each                                lane r is the sum of vector r
///   transpose                               kTransposed x kTransposed floats; kTransposed divides kPanel
///   Bits                                    as many 32-bit integers: counting (n, n + 1, ...), set, ^, >>, *
///   kTileRows, kTilePanels                  the tile of multiply() that the registers can hold
///
/// `Codes` holds the sums of 16 items' codes times a query:
///   zero                                    all sums 0
///   add(codes, four)                        adds four more columns
///   total                                   the sums as kCodeItems ints, with above(limit): a bit for each item
///   unpack(line)                            the low and high halves of a line's bytes, as add() takes them
///   load, store                             of these halves, kCodeLine bytes
///   kQueries                                number of sums that the registers can hold, a power of two
///   kQueryStays                             whether the registers can also hold a query of 64 numbers
///   kAhead                                  number of blocks to prefetch for a single query; 0: the CPU does better
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
