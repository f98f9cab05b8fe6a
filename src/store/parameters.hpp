#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"

namespace sasrec::store {

/// A one-dimensional array in PostgreSQL's binary form, built element by element: one column of the rows of a batch.
class Array {
 public:
  /// The type of the elements, by its number in PostgreSQL's catalogue.
  enum class Of : std::uint32_t {
    kBoolean = 16,
    kBigint = 20,
    kInteger = 23,
    kText = 25,
    kReal = 700,
    kTime = 1184,
    kUuid = 2950,
  };
  explicit Array(Of type);

  // The element must be of the array's type.
  void add_text(std::string_view text);
  void add_text_or_null(std::string_view text);  ///< null if empty
  void add_uuid(const base::Uuid& uuid);
  void add_time(base::Time time);
  void add_integer(std::int32_t number);
  void add_real(float number);
  void add_flag(bool flag);
  void add_null();

  /// The array's bytes; it is of no use after.
  std::string take();

 private:
  void begin_element(std::size_t bytes);

  std::string bytes_;
  std::uint32_t count_ = 0;
};

/// The values of a statement's $1, $2, ... in binary form. The statement says their types.
class Parameters {
 public:
  Parameters& add(Array array);
  Parameters& add_text(std::string_view text);
  Parameters& add_uuid(const base::Uuid& uuid);
  Parameters& add_time(base::Time time);
  Parameters& add_bigint(std::int64_t number);
  Parameters& add_double(double number);

  std::size_t size() const { return values_.size(); }
  const std::vector<std::string>& values() const { return values_; }

 private:
  std::vector<std::string> values_;
};

/// Appends a number's bytes as the wire wants them: the highest first.
void append_big_endian(std::string& bytes, std::uint64_t number, std::size_t width);

/// Microseconds since 2000, as timestamptz is sent; a time before what PostgreSQL knows stays one.
std::int64_t to_wire(base::Time time);
base::Time from_wire(std::int64_t micros);

/// Lists travel as one text per row, joined by this: arrays of arrays have to be rectangular, and ids hold no control
/// characters.
inline constexpr char kListSeparator = '\x1f';
std::string join(const std::vector<std::string>& list);

}  // namespace sasrec::store
