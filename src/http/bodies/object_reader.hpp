#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/time.hpp"
#include "http/problem.hpp"

namespace sasrec::http {

/// The place of a value in a body. Costs nothing until its pointer is asked for.
class Place {
 public:
  Place() = default;
  Place(const Place& parent, std::string_view name) : parent_(&parent), name_(name) {}
  Place(const Place& parent, std::size_t index) : parent_(&parent), index_(index) {}

  /// As a JSON pointer: "/interactions/0/time"; "" for the body itself.
  std::string pointer() const;

 private:
  const Place* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
};

/// The wrong values found so far. Only the first kMost are kept, which is enough to mend a body.
class FieldErrors {
 public:
  static constexpr std::size_t kMax = 20;

  void add(const Place& place, std::string detail);
  bool empty() const { return errors_.empty(); }
  bool full() const { return errors_.size() >= kMax; }
  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

/// Takes the fields of an object one by one, and notes what is wrong with them. A field that is absent or wrong gives
/// an empty value: the caller looks at the errors in the end.
class ObjectReader {
 public:
  /// `value` and `errors` outlive this. A value that is no object is noted.
  ObjectReader(const boost::json::value& value, const Place& place, FieldErrors& errors);

  /// Whether it is an object at all.
  bool valid() const { return object_ != nullptr; }
  /// The field, or null if it isn't there. It counts as known from now on.
  const boost::json::value* find(std::string_view name);

  std::optional<std::string> id(std::string_view name);  ///< as base::id_text and id_problem say
  std::optional<std::string> required_id(std::string_view name);
  std::optional<std::vector<std::string>> ids(std::string_view name, std::size_t max);
  /// 1 to `max_bytes`, no control characters.
  std::optional<std::string> text(std::string_view name, std::size_t max_bytes);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t max, std::size_t max_bytes);
  std::optional<std::size_t> number(std::string_view name, std::size_t min, std::size_t max);
  std::optional<bool> flag(std::string_view name);
  /// As base::moment_in reads it, in the bounds of base::moment_problem.
  std::optional<base::Time> time(std::string_view name, base::Time now);
  /// An array of `min` to `max` elements. Noted if it isn't there.
  const boost::json::array* required_array(std::string_view name, std::size_t min, std::size_t max);

  void wrong(std::string_view name, std::string detail);
  /// Notes the fields that nobody has asked for.
  void refuse_unknown();

  Place place(std::string_view name) const { return {place_, name}; }

 private:
  template <class Read>
  std::optional<std::vector<std::string>> elements(std::string_view name, std::size_t max, std::string_view kind,
                                                   const Read& read);

  const boost::json::object* object_ = nullptr;
  Place place_;
  FieldErrors& errors_;
  std::vector<std::string_view> known_;
};

}  // namespace sasrec::http
