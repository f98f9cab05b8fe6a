#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace sasrec::kernels {

/// An owned array of numbers with a fixed size, initially zero, on a 64-byte boundary. Movable. Large arrays are in
/// huge pages if the system has them: random accesses then miss the TLB far less often.
template <class Number>
class AlignedBuffer {
  static_assert(std::is_arithmetic_v<Number>);

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) : size_(size) {
    const std::size_t bytes = size * sizeof(Number);
    const bool large = bytes >= kLargeFrom;
    const std::align_val_t alignment{large ? kLargePage : kLine};
    data_ = {static_cast<Number*>(::operator new(bytes, alignment)), Free{alignment}};
#if defined(__linux__)
    if (large) ::madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
    std::fill_n(data_.get(), size, Number{});
  }

  Number* data() { return data_.get(); }
  const Number* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::span<Number> span() { return {data(), size_}; }
  std::span<const Number> span() const { return {data(), size_}; }

 private:
  static constexpr std::size_t kLine = 64;
  static constexpr std::size_t kLargePage = std::size_t{2} << 20U;
  static constexpr std::size_t kLargeFrom = 4 * kLargePage;
  struct Free {
    std::align_val_t alignment{kLine};
    void operator()(Number* data) const { ::operator delete(data, alignment); }
  };
  std::unique_ptr<Number[], Free> data_;
  std::size_t size_ = 0;
};

using FloatBuffer = AlignedBuffer<float>;

}  // namespace sasrec::kernels
