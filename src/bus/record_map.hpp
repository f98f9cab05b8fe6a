#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace sasrec::bus {

/// Where in the records of another system, such as Debezium's or Kafka Connect's, the fields of an interaction or an
/// item are. Made from settings; docs/kafka.md explains them. Immutable, thread-safe.
///
/// A field's place is a JSON pointer (RFC 6901) that begins with "/", or, where the field may be the same in all
/// records, a text between single quotes. `operation` is the place of the record's kind of change (Debezium's op), and
/// `operations` lists those that are taken; what else there is, is skipped.
class RecordMap {
 public:
  /// What the rows of a topic are.
  enum class Rows : std::uint8_t { kInteractions, kItems };

  /// What becomes of a record.
  enum class Action : std::uint8_t { kTake, kWithdraw, kSkip };
  struct Mapped {
    Action action = Action::kSkip;
    /// kTake: the record in our own shape. kWithdraw: the item's id alone. Null fields are left out.
    boost::json::object row;
  };

  /// A map that changes nothing: records are in our own shape.
  RecordMap() = default;

  /// From "NAME=VALUE" of each setting; the last of equal names counts. kInvalidInput, naming the setting.
  /// No entries: a map that changes nothing.
  static base::Result<RecordMap> parse(Rows rows, std::span<const std::string> entries);

  bool empty() const { return fields_.empty(); }
  /// Whether records without a value only follow a removal that came in an earlier record, as Debezium's do.
  bool skips_tombstones() const { return operation_.has_value(); }

  /// kInvalidInput names the field and the place where nothing was found.
  base::Result<Mapped> apply(const boost::json::value& record) const;

 private:
  struct Field {
    std::string name;
    std::string place;  ///< a pointer; empty: `constant` is meant
    std::string constant;
    bool required = false;  ///< a null is refused too
  };

  static base::Result<void> read_place(Rows rows, std::string_view name, std::string_view text, Field& field);
  base::Result<boost::json::object> pick(const boost::json::value& record, std::span<const Field> fields) const;

  Rows rows_ = Rows::kInteractions;
  std::vector<Field> fields_;
  std::vector<Field> removed_;  // the id of a removed item, or nothing
  std::optional<std::string> operation_;
  std::set<std::string, std::less<>> operations_;
  std::set<std::string, std::less<>> removals_;
};

/// The names that a map of `rows` may have, for messages: "user, item, ...".
std::string names_of(RecordMap::Rows rows);

}  // namespace sasrec::bus
