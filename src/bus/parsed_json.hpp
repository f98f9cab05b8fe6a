#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace sasrec::bus {

/// A parsed value in one piece of memory, which for usual records is that of this object.
class Parsed {
 public:
  Parsed() : value_(boost::json::storage_ptr(&memory_)) {}

  base::Result<void> parse(std::string_view text) {
    boost::system::error_code error;
    value_ = boost::json::parse(text, error, &memory_);
    if (error) return base::fail(base::ErrorCode::kInvalidInput, "the value is not JSON: {}", error.message());
    return {};
  }
  const boost::json::value& value() const { return value_; }

 private:
  std::array<unsigned char, std::size_t{16} * 1024> buffer_;
  boost::json::monotonic_resource memory_{buffer_.data(), buffer_.size()};
  boost::json::value value_;
};

}  // namespace sasrec::bus
