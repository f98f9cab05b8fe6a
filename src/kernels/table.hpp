#pragma once

// The interface between the files built for one instruction set each and everybody else. It includes nothing that holds
// inline functions: those would be compiled for the wide instruction set too, and the linker may keep that copy for
// all.
#include "kernels/training_table.hpp"

namespace sasrec::kernels {

enum class Activation { kNone, kRelu, kGelu };

/// The right-hand side of a product, [depth, columns], seen as panels of kPanel columns:
/// element (k, n) is data[k * row_stride + (n / kPanel) * panel_stride + n % kPanel].
/// Packed by to_panels: row_stride kPanel, panel_stride depth * kPanel. A row-major matrix: its stride, and kPanel.
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
/// softmax_j(query[i] . key[j] + key_bias[j]) * value[j]. The attention scale belongs into the queries or the keys. A
/// bias that is larger by log(m) makes a key count m times.
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

/// The logits of some items of a softmax over more of them than are held at once: a row for each item, a column for
/// each token.
struct LogitTile {
  float* logits;  ///< [items, tokens]
  std::size_t stride;
  std::size_t items;
  std::size_t tokens;              ///< a multiple of kPanel
  const float* offsets = nullptr;  ///< [items], what to take off an item's logits; or none
  float* highest;                  ///< [tokens], the highest of the tiles so far; -3e38 before the first
  float* sums;                     ///< [tokens], of e^(logit - highest) over the tiles so far; 0 before the first
  float* decays;                   ///< [tokens]
};

/// Codes of 4 bits, 16 items at a time (a block), in lines of 64 bytes: a line holds 8 columns of all 16. Byte 4 i + c
/// of line l (c below 4) has column 8 l + c of item i in its low half and column 8 l + 4 + c in its high half.
inline constexpr std::size_t kCodeItems = 16;
inline constexpr std::size_t kCodeColumns = 8;
inline constexpr std::size_t kCodeLine = 64;

/// The numbers of a query whose codes meet in 16 bits: of all columns c with c % 4 below 2 those above zero add up to
/// no more than this, and those below zero to no less than minus this; in the other columns likewise.
inline constexpr int kLargestQuerySum = 32767 / 15;

/// The codes of consecutive blocks, and the queries that they are multiplied by: an item's sum for one is that of
/// code[n] * query[n] over its columns.
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

/// For the blocks of a group, limits for CodeMatch: (reached - errors[b] * length) * steps[b] + center, cut to a whole
/// number, less two; at most 10^9 away from zero.
struct CodeLimits {
  const float* errors;  ///< [blocks]
  const float* steps;   ///< [blocks]
  std::size_t blocks;
  float reached;
  float length;
  float center;
  int* limits;  ///< [blocks]
};

/// One implementation of every kernel. All functions are pure: they touch the memory they are given and nothing else.
/// Results of two implementations differ by rounding only.
struct Kernels {
  const char* name;  ///< "scalar", "avx2", "avx512", "avx512vnni": what SASREC_INSTRUCTION_SET takes

  /// Packs the transpose of `rows` rows of `width` floats as the right-hand side of a product: panels
  /// [round_up(rows) / kPanel, width, kPanel]. Input needs no zeros after its rows; missing rows become zeros.
  void (*to_panels)(const float* in, std::size_t stride, std::size_t rows, std::size_t width, float* panels);

  void (*multiply)(const Product& product);

  void (*attend)(const Attention& attention);

  /// Softmax over the first `count` (at least 1), in place; zeros from there to round_up(count).
  void (*softmax)(float* weights, std::size_t count);

  /// Takes one more tile into `highest` and `sums`. A logit becomes e^(logit - highest), by the new highest; decays
  /// are e^(old highest - new highest): what was made of earlier tiles is to be multiplied by them.
  void (*exponentiate)(const LogitTile& tile);

  /// out[r] = (in[r] - mean) / sqrt(variance + epsilon) * weight + bias over `width` columns, biased variance. out may
  /// be in.
  void (*layer_norm)(const float* in, std::size_t in_stride, std::size_t rows, std::size_t width, const float* weight,
                     const float* bias, float epsilon, float* out, std::size_t out_stride);

  /// out[r] = table[which[r]] + added[r]: rows of `width` floats, a multiple of kPanel, without gaps.
  void (*add_chosen)(const float* table, const unsigned* which, std::size_t count, std::size_t width,
                     const float* added, float* out);

  /// scores[r] = rows[r] . state over exactly `width` columns: neither needs zeros behind it. A row's score depends on
  /// the row and the state only, not on its place or neighbours: equal rows have bitwise equal scores.
  void (*score_rows)(const float* rows, std::size_t stride, std::size_t count, std::size_t width, const float* state,
                     float* scores);

  /// The same for the rows which[0 .. count) of a table: the same values, bit by bit.
  void (*score_chosen)(const float* rows, std::size_t stride, const unsigned* which, std::size_t count,
                       std::size_t width, const float* state, float* scores);

  void (*match_codes)(const CodeMatch& match);

  void (*limit_codes)(const CodeLimits& limits);

  TrainingKernels training;

  /// Writes the positions of all scores > threshold, rising; returns how many. positions has room for `count`.
  std::size_t (*select_above)(const float* scores, std::size_t count, float threshold, unsigned* positions);
};

extern const Kernels kScalar;
extern const Kernels kAvx2;        ///< x86-64 only
extern const Kernels kAvx512;      ///< x86-64 only
extern const Kernels kAvx512Vnni;  ///< x86-64 only

}  // namespace sasrec::kernels
