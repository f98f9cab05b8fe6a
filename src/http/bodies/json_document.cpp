#include "http/bodies/json_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>

#include "base/encoding.hpp"

namespace sasrec::http {
namespace {

namespace json = boost::json;

/// Builds the value, and stops at the second of two equal field names: boost::json::parse itself keeps the last one
/// silently. Most objects have a handful of fields, so the names are compared with each other; of larger ones the
/// hashes are sorted once, at the end.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Builder(json::storage_ptr storage) : stack_(storage) { stack_.reset(std::move(storage)); }

  json::value release() { return stack_.release(); }
  bool found_duplicate() const { return found_duplicate_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t count, json::error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_object_begin(json::error_code&) {
    starts_.push_back(hashes_.size());
    return true;
  }
  bool on_object_end(std::size_t count, json::error_code& error) {
    const auto names = hashes_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
    std::sort(names, hashes_.end());
    // Equal hashes of 64 bits are equal names but for those who search for a collision, and they are refused too.
    if (std::adjacent_find(names, hashes_.end()) != hashes_.end()) {
      found_duplicate_ = true;
      error = json::error::extra_data;
      return false;
    }
    hashes_.erase(names, hashes_.end());
    starts_.pop_back();
    stack_.push_object(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    name_.append(part.data(), part.size());
    hashes_.push_back(std::hash<std::string>{}(name_));
    name_.clear();
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, json::error_code&) {
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  json::value_stack stack_;
  std::vector<std::size_t> hashes_;  // of the names so far in each open object
  std::vector<std::size_t> starts_;  // where those of an object begin
  std::string name_;
  bool found_duplicate_ = false;
};

}  // namespace

Decoded<json::value> parse_json(std::string_view body) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  // One piece of memory for all values: they are many, small, and go together.
  json::basic_parser<Builder> parser(options, json::make_shared_resource<json::monotonic_resource>(body.size()));
  json::error_code error;
  const auto read = parser.write_some(false, body.data(), body.size(), error);
  if (parser.handler().found_duplicate()) {
    return Refused(
        Problem{.status = 400, .detail = fmt::format("a field stands twice in the object that ends at byte {}", read)});
  }
  if (error == json::error::too_deep) {
    return Refused(Problem{.status = 400, .detail = fmt::format("the body is more than {} levels deep", kMaxDepth)});
  }
  if (error || read != body.size()) {
    const auto what = error ? error.message() : std::string("more follows the value");
    return Refused(
        Problem{.status = 400, .detail = fmt::format("the body is not valid JSON: {}, at byte {}", what, read)});
  }
  return parser.handler().release();
}

}  // namespace sasrec::http
