#pragma once

// The interface to the files that are built for one instruction set each. It must not include a header with inline
// functions: those files would compile them for their instruction set, and the linker might keep that copy for the
// whole program, which would then crash on other CPUs.
#include "kernels/training_table.hpp"

namespace sasrec::kernels {

enum class Activation { kNone, kRelu, kGelu };

/// The right-hand side of a product, [depth, columns], as panels of kPanel columns:
/// element (k, n) is data[k * row_stride + (n / kPanel) * panel_stride + n % kPanel].
///
///   packed by to_panels    row_stride = kPanel, panel_stride = depth * kPanel
///   a row-major matrix     row_stride = its stride, panel_stride = kPanel
struct Panels {
  const float* data;
  std::size_t row_stride;
  std::size_t panel_stride;
};

/// out[r, n] = activation(sum over k of a[r, k] * b[k, n] + bias[n]) * factors[r] + residual[r, n]
struct Product {
  const float* a;  ///< [rows, depth]: element (r, k) is a[r * a_stride + k * a_step]; others are not read
  std::size_t a_stride;
  std::size_t a_step = 1;  ///< with a_stride 1 and the stride of a row-major matrix here, a is its transpose
  Panels b;
  std::size_t rows;
  std::size_t depth;
  std::size_t columns;          ///< a multiple of kPanel
  const float* bias = nullptr;  ///< [columns], or none
  Activation activation = Activation::kNone;
  const float* factors = nullptr;   ///< [rows], or none
  const float* residual = nullptr;  ///< [rows, columns], or none; may be `out`
  std::size_t residual_stride = 0;
  float* out;  ///< [rows, columns]; must not overlap a or b
  std::size_t out_stride;
};

/// Causal softmax attention of one head: out[i] = residual[i] + sum over j <= i of
/// softmax_j(query[i] . key[j] + key_bias[j]) * value[j]. The caller multiplies the queries or the keys by the
/// attention scale. A key whose bias is increased by log(m) counts m times.
struct Attention {
  const float* queries;  ///< [rows, head]
  std::size_t query_stride;
  const float* key_panels;  ///< keys [rows, head] as to_panels writes them
  const float* key_bias;    ///< [round_up(rows)]; any numbers from rows on
  const float* values;      ///< [rows, round_up(head)]
  std::size_t value_stride;
  std::size_t rows;
  std::size_t head;                 ///< width of a head
  const float* residual = nullptr;  ///< [rows, round_up(head)], or none; may be `out`
  std::size_t residual_stride = 0;
  float* weights;  ///< scratch [kAttentionRows, round_up(rows)]
  float* out;      ///< [rows, round_up(head)]
  std::size_t out_stride;
};

/// One tile of the logits of a softmax over many items: a row for each item of the tile, a column for each token.
struct LogitTile {
  float* logits;  ///< [items, tokens]
  std::size_t stride;
  std::size_t items;
  std::size_t tokens;              ///< a multiple of kPanel
  const float* offsets = nullptr;  ///< [items], subtracted from the item's logits; or none
  float* highest;                  ///< [tokens], the highest of the tiles so far; -3e38 before the first
  float* sums;                     ///< [tokens], of e^(logit - highest) over the tiles so far; 0 before the first
  float* decays;                   ///< [tokens]
};

/// Codes of 4 bits, 16 items at a time (a block), in lines of 64 bytes: a line holds 8 columns of all 16. Byte 4 i + c
/// of line l (c below 4) has column 8 l + c of item i in its low half and column 8 l + 4 + c in its high half.
inline constexpr std::size_t kCodeItems = 16;
inline constexpr std::size_t kCodeColumns = 8;
inline constexpr std::size_t kCodeLine = 64;

/// The limit for the numbers of a query, so that sums of products fit in 16 bits. Of all columns c with c % 4 < 2 the
/// positive numbers add up to at most this, and the negative ones to at least minus this; the same holds for the other
/// columns.
inline constexpr int kMaxQuerySum = 32767 / 15;

/// The codes of consecutive blocks, and the queries to multiply them by. The sum of an item for a query is that of
/// code[n] * query[n] over all columns.
struct CodeMatch {
  const unsigned char* codes;  ///< [blocks, lines, kCodeLine]
  std::size_t blocks;
  std::size_t lines;
  const signed char* const* queries;  ///< [count], each [lines * kCodeColumns], within kLargestQuerySum
  std::size_t count;
  const int* limits;        ///< [count, blocks]
  unsigned char* unpacked;  ///< scratch [lines, 2 * kCodeLine]; none for one query
  int* sums;                ///< [count, blocks, kCodeItems]
  unsigned short* found;    ///< [count, blocks]: a bit for each item from the lowest on, set where sum > limit
};

/// Computes the limits of CodeMatch for the blocks of a group: (reached - errors[b] * length) * steps[b] + center,
/// truncated to an integer, minus 2; between -10^9 and 10^9.
struct CodeLimits {
  const float* errors;  ///< [blocks]
  const float* steps;   ///< [blocks]
  std::size_t blocks;
  float reached;
  float length;
  float center;
  int* limits;  ///< [blocks]
};

/// One implementation of every kernel. The functions access only the memory that they are given, so any thread may call
/// them. Results of two implementations differ only by rounding.
struct Kernels {
  const char* name;  ///< "scalar", "avx2", "avx512" or "avx512vnni", the values of SASREC_INSTRUCTION_SET

  /// Packs the transpose of `rows` rows of `width` floats as the right-hand side of a product: panels
  /// [round_up(rows) / kPanel, width, kPanel]. Input needs no zeros after its rows; missing rows become zeros.
  void (*to_panels)(const float* in, std::size_t stride, std::size_t rows, std::size_t width, float* panels);

  void (*multiply)(const Product& product);

  void (*attend)(const Attention& attention);

  /// Softmax over the first `count` (at least 1) values, in place. Writes zeros from there to round_up(count).
  void (*softmax)(float* weights, std::size_t count);

  /// Adds one tile to `highest` and `sums`. Each logit is replaced by e^(logit - new highest). `decays` are
  /// e^(old highest - new highest): the caller multiplies its results of earlier tiles by them.
  void (*exponentiate)(const LogitTile& tile);

  /// out[r] = (in[r] - mean) / sqrt(variance + epsilon) * weight + bias over `width` columns, biased variance. out may
  /// be in.
  void (*layer_norm)(const float* in, std::size_t in_stride, std::size_t rows, std::size_t width, const float* weight,
                     const float* bias, float epsilon, float* out, std::size_t out_stride);

  /// out[r] = table[which[r]] + added[r]: rows of `width` floats, a multiple of kPanel, without gaps.
  void (*add_chosen)(const float* table, const unsigned* which, std::size_t count, std::size_t width,
                     const float* added, float* out);

  /// scores[r] = rows[r] . state over exactly `width` columns, so neither needs zeros after them. A score depends only
  /// on the row and the state, not on the row's position or neighbours: equal rows have bitwise equal scores.
  void (*score_rows)(const float* rows, std::size_t stride, std::size_t count, std::size_t width, const float* state,
                     float* scores);

  /// The same for the rows which[0 .. count) of a table, with bitwise equal scores.
  void (*score_chosen)(const float* rows, std::size_t stride, const unsigned* which, std::size_t count,
                       std::size_t width, const float* state, float* scores);

  void (*match_codes)(const CodeMatch& match);

  void (*limit_codes)(const CodeLimits& limits);

  TrainingKernels training;

  /// Writes the positions of all scores > threshold in rising order and returns their number. positions is [count].
  std::size_t (*select_above)(const float* scores, std::size_t count, float threshold, unsigned* positions);
};

extern const Kernels kScalar;
extern const Kernels kAvx2;        ///< x86-64 only
extern const Kernels kAvx512;      ///< x86-64 only
extern const Kernels kAvx512Vnni;  ///< x86-64 only

}  // namespace sasrec::kernels
