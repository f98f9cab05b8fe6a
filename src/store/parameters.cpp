#include "store/parameters.hpp"

#include <bit>
#include <chrono>
#include <limits>
#include <utility>

namespace sasrec::store {
namespace {

constexpr std::size_t kCountAt = 12;                  // where the header of an array holds its length
constexpr std::int64_t kEpoch = 946'684'800'000'000;  // 2000-01-01 in Unix microseconds

std::string big_endian(std::uint64_t number, std::size_t width) {
  std::string bytes;
  append_big_endian(bytes, number, width);
  return bytes;
}

std::string_view bytes_of(const base::Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}

}  // namespace

void append_big_endian(std::string& bytes, std::uint64_t number, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) bytes += static_cast<char>(number >> (8 * i) & 0xffU);
}

std::int64_t to_wire(base::Time time) {
  const std::int64_t micros = time.time_since_epoch().count();
  // The lowest number of all means -infinity.
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min() + 1;
  return micros < kLowest + kEpoch ? kLowest : micros - kEpoch;
}

base::Time from_wire(std::int64_t micros) {
  return base::Time(std::chrono::microseconds(micros + kEpoch));
}

std::string join(const std::vector<std::string>& list) {
  std::size_t bytes = list.size();
  for (const auto& item : list) bytes += item.size();
  std::string joined;
  joined.reserve(bytes);
  for (const auto& item : list) {
    if (!joined.empty()) joined += kListSeparator;
    joined += item;
  }
  return joined;
}

Array::Array(Of type) {
  append_big_endian(bytes_, 1, 4);  // dimensions
  append_big_endian(bytes_, 1, 4);  // there may be nulls
  append_big_endian(bytes_, static_cast<std::uint32_t>(type), 4);
  append_big_endian(bytes_, 0, 4);  // length, set by take()
  append_big_endian(bytes_, 1, 4);  // first index
}

void Array::begin_element(std::size_t bytes) {
  append_big_endian(bytes_, bytes, 4);
  ++count_;
}

void Array::add_text(std::string_view text) {
  begin_element(text.size());
  bytes_ += text;
}

void Array::add_text_or_null(std::string_view text) {
  if (text.empty()) {
    add_null();
  } else {
    add_text(text);
  }
}

void Array::add_uuid(const base::Uuid& uuid) {
  add_text(bytes_of(uuid));
}

void Array::add_time(base::Time time) {
  begin_element(8);
  append_big_endian(bytes_, static_cast<std::uint64_t>(to_wire(time)), 8);
}

void Array::add_integer(std::int32_t number) {
  begin_element(4);
  append_big_endian(bytes_, static_cast<std::uint32_t>(number), 4);
}

void Array::add_real(float number) {
  begin_element(4);
  append_big_endian(bytes_, std::bit_cast<std::uint32_t>(number), 4);
}

void Array::add_flag(bool flag) {
  begin_element(1);
  bytes_ += flag ? '\1' : '\0';
}

void Array::add_null() {
  append_big_endian(bytes_, 0xffffffffU, 4);
  ++count_;
}

std::string Array::take() {
  if (count_ == 0) {
    // An empty array has no dimension.
    const auto type = bytes_.substr(8, 4);
    return big_endian(0, 8) + type;
  }
  bytes_.replace(kCountAt, 4, big_endian(count_, 4));
  return std::move(bytes_);
}

Parameters& Parameters::add(Array array) {
  values_.push_back(array.take());
  return *this;
}

Parameters& Parameters::add_text(std::string_view text) {
  values_.emplace_back(text);
  return *this;
}

Parameters& Parameters::add_uuid(const base::Uuid& uuid) {
  return add_text(bytes_of(uuid));
}

Parameters& Parameters::add_time(base::Time time) {
  return add_bigint(to_wire(time));
}

Parameters& Parameters::add_bigint(std::int64_t number) {
  values_.push_back(big_endian(static_cast<std::uint64_t>(number), 8));
  return *this;
}

Parameters& Parameters::add_double(double number) {
  return add_bigint(std::bit_cast<std::int64_t>(number));
}

}  // namespace sasrec::store
