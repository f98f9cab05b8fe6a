#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::retrieval {

/// Orders rows so that similar ones are near each other: the leaves of a k-d tree. It halves the rows again and again
/// by the column that varies most, first at multiples of `cell` down to cells of that many rows, then within the cells
/// at multiples of `part`.
///
/// rows      [count, stride], finite; the first `columns` of each row decide
/// cell      a multiple of `part`
/// returns   [count], numbers of rows
std::vector<std::uint32_t> order_by_likeness(std::span<const float> rows, std::size_t stride, std::size_t columns,
                                             std::size_t cell, std::size_t part);

}  // namespace sasrec::retrieval
