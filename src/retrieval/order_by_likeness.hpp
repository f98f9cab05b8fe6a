#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sasrec::retrieval {

/// An order in which like rows are near each other: halved again and again by the column in which a part varies most (a
/// k-d tree's leaves), at multiples of `cell` down to cells of so many rows, and within those at multiples of `part`.
/// rows      [count, stride], of which `columns` are looked at; finite
/// cell      a multiple of part
/// returns   [count], numbers of rows
std::vector<std::uint32_t> order_by_likeness(std::span<const float> rows, std::size_t stride, std::size_t columns,
                                             std::size_t cell, std::size_t part);

}  // namespace sasrec::retrieval
