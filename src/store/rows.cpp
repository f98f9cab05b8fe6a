#include "store/rows.hpp"

#include <libpq-fe.h>

#include <bit>
#include <cassert>
#include <cstdlib>
#include <cstring>

#include "store/parameters.hpp"

namespace sasrec::store {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

/// Takes `width` bytes off the front.
std::uint64_t take(std::string_view& bytes, std::size_t width) {
  assert(bytes.size() >= width);
  const auto number = big_endian(bytes.substr(0, width));
  bytes.remove_prefix(width);
  return number;
}

/// Calls `element` with the bytes of each element of a one-dimensional array.
template <class Element>
void for_each_element(std::string_view bytes, const Element& element) {
  if (bytes.empty() || take(bytes, 4) == 0) return;
  take(bytes, 8);  // whether there are nulls, and the elements' type
  const auto count = take(bytes, 4);
  take(bytes, 4);  // first index
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto length = static_cast<std::size_t>(take(bytes, 4));
    assert(length <= bytes.size());
    element(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(result_.get()));
}

std::size_t Rows::affected() const {
  return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10);
}

bool Rows::is_null(std::size_t row, int column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::string_view Rows::text(std::size_t row, int column) const {
  const auto at = static_cast<int>(row);
  return {PQgetvalue(result_.get(), at, column), static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

base::Uuid Rows::uuid(std::size_t row, int column) const {
  base::Uuid uuid;
  const auto bytes = text(row, column);
  if (bytes.size() == uuid.bytes.size()) std::memcpy(uuid.bytes.data(), bytes.data(), bytes.size());
  return uuid;
}

base::Time Rows::time(std::size_t row, int column) const {
  return text(row, column).empty() ? base::Time{} : from_wire(bigint(row, column));
}

std::int64_t Rows::bigint(std::size_t row, int column) const {
  return static_cast<std::int64_t>(big_endian(text(row, column)));
}

std::int32_t Rows::integer(std::size_t row, int column) const {
  return static_cast<std::int32_t>(big_endian(text(row, column)));
}

float Rows::real(std::size_t row, int column) const {
  return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(text(row, column))));
}

double Rows::number(std::size_t row, int column) const {
  return std::bit_cast<double>(big_endian(text(row, column)));
}

bool Rows::flag(std::size_t row, int column) const {
  return big_endian(text(row, column)) != 0;
}

std::vector<std::string> Rows::texts(std::size_t row, int column) const {
  std::vector<std::string> list;
  for_each_element(text(row, column), [&](std::string_view bytes) { list.emplace_back(bytes); });
  return list;
}

std::vector<float> Rows::reals(std::size_t row, int column) const {
  std::vector<float> list;
  for_each_element(text(row, column), [&](std::string_view bytes) {
    list.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(bytes))));
  });
  return list;
}

}  // namespace sasrec::store
