#include "checkpoint/strict_json.hpp"

#include <set>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

/// Listens to the parser and stops it at the second of two equal field names. boost::json::parse itself keeps the last
/// one silently.
struct DuplicateFinder {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::vector<std::set<std::string>> open;  // the names seen so far in each object around the present place
  std::string name;                         // the parts of the present one
  std::string duplicate;

  bool on_object_begin(json::error_code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    open.pop_back();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t size, json::error_code& error) {
    on_key_part(part, size, error);
    if (!open.back().insert(name).second) {
      duplicate = name;
      error = json::error::extra_data;
      return false;
    }
    name.clear();
    return true;
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

}  // namespace

base::Result<json::object> parse_object(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::kCorrupt, "is empty");
  json::error_code error;
  json::basic_parser<DuplicateFinder> finder{json::parse_options{}};
  finder.write_some(false, text.data(), text.size(), error);
  if (!finder.handler().duplicate.empty()) {
    return fail(ErrorCode::kCorrupt, "the field \"{}\" stands twice", finder.handler().duplicate);
  }
  error = {};
  json::value value = json::parse(text, error);
  if (error) return fail(ErrorCode::kCorrupt, "is not valid JSON: {}", error.message());
  if (!value.is_object()) return fail(ErrorCode::kCorrupt, "holds no JSON object");
  return std::move(value.get_object());
}

}  // namespace sasrec::checkpoint
