#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "checkpoint/checkpoint.hpp"

namespace sasrec::checkpoint {

/// The safetensors format, fp32 only: 8 bytes header length (little endian), a JSON header, then the tensors' bytes.
/// Stricter than the format asks for: no field twice, no unknown dtype, no hole, no overlap, nothing left over.

/// More than any model of ours needs (64 blocks: 130 KB), little enough to parse without thought of memory.
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 20U;

/// The tensors in `file`, in the order of their data; their values point into it. kCorrupt names the tensor and the
/// check. Safe on any bytes. The values must come to lie on a multiple of 4 in memory, else kCorrupt; a mapped file
/// starts on a page. Cost: the header only; no tensor value is read.
base::Result<std::vector<Tensor>> read_safetensors(std::span<const std::byte> file);

/// The bytes of a file with `tensors`, in their order. The header is padded with spaces so that the data starts on a
/// multiple of 64. Each tensor must have as many values as its shape says.
std::vector<std::byte> write_safetensors(std::span<const Tensor> tensors);

/// The number of values in a tensor of `shape`. kInvalidInput: an extent is negative, or the number (in bytes) fits no
/// std::size_t.
base::Result<std::size_t> value_count(std::span<const std::int64_t> shape);

}  // namespace sasrec::checkpoint
