#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sasrec::bus {

/// Reads the fields of a JSON object and keeps the first thing that is wrong with them: a caller reads them all and
/// looks once. A field that is null counts as missing. Lives no longer than the object.
class JsonFields {
 public:
  enum class FieldPresence : unsigned char { kRequired, kOptional };
  using enum FieldPresence;

  /// Whole numbers in [least, most].
  struct Range {
    std::size_t min = 0;
    std::size_t max = 0;
  };

  explicit JsonFields(const boost::json::object& object, std::string_view place = "");

  /// Empty where missing. kInvalidInput later if it holds a NUL, which the database can't.
  std::string text(std::string_view name, FieldPresence presence);
  std::vector<std::string> texts(std::string_view name, FieldPresence presence);
  /// As base::id_text reads it; empty where missing. Whether the text is right for an id looks the caller.
  std::string id(std::string_view name, FieldPresence presence);
  std::vector<std::string> ids(std::string_view name, FieldPresence presence);
  std::size_t number(std::string_view name, FieldPresence presence, Range range, std::size_t otherwise = 0);
  float number(std::string_view name, FieldPresence presence);
  bool flag(std::string_view name, bool otherwise = false);
  /// RFC 3339 text.
  base::Time time(std::string_view name);
  /// Of an interaction: as base::moment_in reads it, in the bounds of base::moment_problem; none where missing.
  std::optional<base::Time> moment(std::string_view name, base::Time now);
  /// Null where missing.
  const boost::json::object* object(std::string_view name);
  const boost::json::array* array(std::string_view name, FieldPresence presence);

  /// Says what is wrong with a field, unless something was wrong before.
  void refuse(std::string_view name, std::string_view what);
  /// The first thing that was wrong, as kInvalidInput: "/items/3/score must be a number".
  base::Result<void> result() const;

 private:
  const boost::json::value* find(std::string_view name, FieldPresence presence);

  const boost::json::object& object_;
  std::string_view place_;
  std::string problem_;
};

}  // namespace sasrec::bus
