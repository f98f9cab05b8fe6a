#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace sasrec::base {

// JSON text written straight into a string, for what is written for every request: building a tree of JSON values first
// costs several times as much. Names of members must need no escape.

/// The members of one object: `{` when it is constructed, `}` by end(). All go to the end of the text, so an inner
/// object or array must have ended before the next member.
class JsonObject {
 public:
  explicit JsonObject(std::string& json) : json_(json) { json_ += '{'; }

  /// Begins a member; the caller appends its value to the text that is returned.
  std::string& member(std::string_view name);

  void text(std::string_view name, std::string_view value);
  /// Leaves the member out if `value` is empty.
  void optional_text(std::string_view name, std::string_view value);
  /// For a value that needs no escape.
  void plain_text(std::string_view name, std::string_view value);
  void texts(std::string_view name, std::span<const std::string> values);
  void number(std::string_view name, std::size_t value);
  /// null if `value` is not finite.
  void number(std::string_view name, float value);
  void boolean(std::string_view name, bool value);
  /// As format_time() writes it.
  void time(std::string_view name, Time value);
  void end() { json_ += '}'; }

 private:
  std::string& json_;
  bool first_ = true;
};

/// The elements of one array: `[` when it is constructed, `]` by end().
class JsonArray {
 public:
  explicit JsonArray(std::string& json) : json_(json) { json_ += '['; }

  /// Begins an element; the caller appends its value to the text that is returned.
  std::string& element();
  void end() { json_ += ']'; }

 private:
  std::string& json_;
  bool first_ = true;
};

}  // namespace sasrec::base
