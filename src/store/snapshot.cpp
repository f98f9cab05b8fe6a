#include "store/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "dataset/interner.hpp"
#include "store/connection.hpp"
#include "store/parameters.hpp"

namespace sasrec::store {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::steady_clock;

constexpr const char* kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

const Statement kCount{"count_interactions",
                       "SELECT count(*), coalesce(max(ordinal), 0) FROM interactions WHERE ordinal <= $1::bigint"};

/// A row as it comes.
struct Row {
  std::uint32_t user = 0;
  dataset::LogItem item;
  std::int64_t time = 0;  // microseconds since 2000
  std::int64_t ordinal = 0;
};

/// Reads a row of COPY's binary form: a count of fields, then for each its length and bytes.
class Fields {
 public:
  explicit Fields(std::string_view row) : left_(row) { take(2); }

  std::string_view text() {
    const auto length = static_cast<std::size_t>(number(4));
    return take(length);
  }
  std::int64_t bigint() {
    const auto length = static_cast<std::size_t>(number(4));
    return static_cast<std::int64_t>(number(length));
  }
  bool whole() const { return whole_ && left_.empty(); }

 private:
  std::string_view take(std::size_t length) {
    whole_ = whole_ && length <= left_.size();
    if (!whole_) return {};
    const auto bytes = left_.substr(0, length);
    left_.remove_prefix(length);
    return bytes;
  }
  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (const char byte : take(width)) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }

  std::string_view left_;
  bool whole_ = true;
};

/// Groups the rows by user. Frees them: at 10 million they are 240 MB.
dataset::LogSequences sequences_of(std::vector<Row> rows, std::vector<std::string> users) {
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return std::tie(a.user, a.time, a.ordinal) < std::tie(b.user, b.time, b.ordinal);
  });
  dataset::LogSequences sequences;
  sequences.users = std::move(users);
  sequences.offsets.assign(sequences.users.size() + 1, 0);
  sequences.items.reserve(rows.size());
  sequences.times.reserve(rows.size());
  for (const auto& row : rows) {
    ++sequences.offsets[row.user + 1];
    sequences.items.push_back(row.item);
    sequences.times.push_back(std::chrono::floor<std::chrono::seconds>(from_wire(row.time)).time_since_epoch().count());
  }
  for (std::size_t user = 0; user < sequences.users.size(); ++user) {
    sequences.offsets[user + 1] += sequences.offsets[user];
  }
  return sequences;
}

Result<Snapshot> read(Connection& connection, const SnapshotOptions& options) {
  const auto deadline = steady_clock::now() + options.silence;
  if (auto begun = connection.execute(kBegin, deadline); !begun) return base::Failure(std::move(begun.error()));
  Parameters bound;
  bound.add_bigint(options.through_ordinal.value_or(std::numeric_limits<std::int64_t>::max()));
  const auto counted = connection.run(kCount, bound, deadline);
  if (!counted) return base::Failure(counted.error());
  const auto total = static_cast<std::size_t>(counted->bigint(0, 0));
  const auto through = counted->bigint(0, 1);
  if (total >= std::numeric_limits<std::uint32_t>::max()) {
    return base::fail(ErrorCode::kInvalidInput, "{} interactions are more than a training can take", total);
  }

  dataset::Interner users;
  dataset::Interner items;
  std::vector<Row> rows;
  rows.reserve(total);
  constexpr std::size_t kStep = 100'000;
  const auto sql = fmt::format(
      "COPY (SELECT user_id, item_id, time, ordinal FROM interactions WHERE ordinal <= {}) TO STDOUT (FORMAT binary)",
      through);
  const auto copied = connection.copy_out(
      sql,
      [&](std::string_view bytes) -> Result<void> {
        Fields fields(bytes);
        const auto user = fields.text();
        const auto item = fields.text();
        const auto time = fields.bigint();
        const auto ordinal = fields.bigint();
        if (!fields.whole()) return base::fail(ErrorCode::kInternal, "the database sent a row that can't be read");
        rows.push_back({users.number(user), {items.number(item)}, time, ordinal});
        if (options.on_progress && rows.size() % kStep == 0) options.on_progress(rows.size(), total);
        return {};
      },
      options.silence);
  if (!copied) return base::Failure(copied.error());
  static_cast<void>(connection.execute("COMMIT", steady_clock::now() + options.silence));

  Snapshot snapshot;
  snapshot.log.items = items.release();
  snapshot.log.timed = true;
  snapshot.sequences = sequences_of(std::move(rows), users.release());
  snapshot.through_ordinal = through;
  return snapshot;
}

}  // namespace

Result<Snapshot> read_snapshot(const std::string& url, const SnapshotOptions& options) {
  auto connection = Connection::open({.url = url,
                                      .application = "sasrec trainer",
                                      .statement_timeout = std::chrono::milliseconds(0),
                                      .planning = Planning::kFromData});
  if (!connection) return base::Failure(std::move(connection.error()));
  return read(*connection, options);
}

}  // namespace sasrec::store
