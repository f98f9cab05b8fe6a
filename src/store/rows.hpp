#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"

struct pg_result;

namespace sasrec::store {

/// What a statement returned, in binary form. Reading a column as what it isn't is a bug; a null reads as empty or 0.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}  ///< takes it over

  std::size_t size() const;
  std::size_t affected() const;  ///< rows written, for INSERT, UPDATE, DELETE

  bool is_null(std::size_t row, int column) const;
  std::string_view text(std::size_t row, int column) const;  ///< valid as long as this object
  base::Uuid uuid(std::size_t row, int column) const;
  base::Time time(std::size_t row, int column) const;
  std::int64_t bigint(std::size_t row, int column) const;
  std::int32_t integer(std::size_t row, int column) const;
  float real(std::size_t row, int column) const;
  double number(std::size_t row, int column) const;  ///< double precision
  bool flag(std::size_t row, int column) const;
  std::vector<std::string> texts(std::size_t row, int column) const;  ///< text[]
  std::vector<float> reals(std::size_t row, int column) const;        ///< real[]

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace sasrec::store
