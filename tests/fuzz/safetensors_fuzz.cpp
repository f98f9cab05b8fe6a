// Any bytes as a safetensors file: refused or read, never read past the end. What is read can be written and read
// again.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "checkpoint/safetensors.hpp"

namespace {

using sasrec::checkpoint::read_safetensors;
using sasrec::checkpoint::Tensor;

void expect(bool holds) {
  if (!holds) std::abort();
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.name == b.name && a.shape == b.shape && a.values.size() == b.values.size() &&
         (a.values.empty() || std::memcmp(a.values.data(), b.values.data(), a.values.size_bytes()) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  const std::vector<std::byte> file(input.begin(), input.end());  // aligned as a mapped file is
  const auto tensors = read_safetensors(file);
  if (!tensors) return 0;
  const auto written = sasrec::checkpoint::write_safetensors(*tensors);
  const auto again = read_safetensors(written);
  expect(again && again->size() == tensors->size());
  for (std::size_t i = 0; i < tensors->size(); ++i) expect(equal((*tensors)[i], (*again)[i]));
  return 0;
}
