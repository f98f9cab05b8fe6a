#include "store/bulk_import.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/uuid.hpp"
#include "store/connection.hpp"
#include "store/queries/catalogue.hpp"
#include "store/queries/interactions.hpp"

namespace sasrec::store {
namespace {

using base::ErrorCode;
using base::Result;
using bus::CatalogueItem;
using bus::Interaction;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::minutes kTransactionTime{5};

constexpr const char* kStage = R"(
CREATE TEMPORARY TABLE IF NOT EXISTS imported (
  place bigint, event_id text, user_id text COLLATE "C", item_id text, time timestamptz, kind text, recommendation_id uuid
) ON COMMIT DELETE ROWS)";

constexpr const char* kCopy = "COPY imported FROM STDIN (FORMAT binary)";

// A user's rows together, in time's order: neighbours in the index that histories are read from. Of an event id that
// stands twice the first in this order counts.
const Statement kMove{"move_imported", R"(
INSERT INTO interactions (event_id, user_id, item_id, time, kind, recommendation_id)
SELECT event_id, user_id, item_id, time, kind, recommendation_id FROM imported ORDER BY user_id, time, place
ON CONFLICT (event_id) DO NOTHING)"};

/// Rows in the binary form of COPY.
class CopyRows {
 public:
  CopyRows() {
    using namespace std::string_view_literals;
    bytes_ = "PGCOPY\n\xff\r\n\0"sv;
    append_big_endian(bytes_, 0, 8);  // flags, and the length of an extension
  }

  void add(const Interaction& interaction) {
    append_big_endian(bytes_, 7, 2);
    append_big_endian(bytes_, 8, 4);
    append_big_endian(bytes_, place_++, 8);
    add_text(interaction.id);
    add_text(interaction.user);
    add_text(interaction.item);
    append_big_endian(bytes_, 8, 4);
    append_big_endian(bytes_, static_cast<std::uint64_t>(to_wire(interaction.time)), 8);
    add_text(interaction.kind);
    if (const auto recommendation = base::Uuid::parse(interaction.recommendation)) {
      add_text({reinterpret_cast<const char*>(recommendation->bytes.data()), recommendation->bytes.size()});
    } else {
      append_big_endian(bytes_, 0xffffffffU, 4);
    }
  }

  std::string take() {
    append_big_endian(bytes_, 0xffffU, 2);
    return std::move(bytes_);
  }

 private:
  void add_text(std::string_view text) {
    append_big_endian(bytes_, text.size(), 4);
    bytes_ += text;
  }

  std::string bytes_;
  std::uint64_t place_ = 0;
};

/// A connection that is opened again when it is lost.
class Importer {
 public:
  Importer(const std::string& url, milliseconds patience) : url_(url), patience_(patience) {}

  /// Calls `write(Connection&, Deadline)` until it succeeds, fails for good, or patience is at an end.
  template <class Write>
  Result<std::size_t> repeat(const Write& write) {
    const auto until = steady_clock::now() + patience_;
    for (auto pause = milliseconds(100);; pause = std::min(2 * pause, milliseconds(1'000))) {
      auto written = once(write);
      if (written || written.error().code != ErrorCode::kUnavailable) return written;
      connection_.reset();
      if (steady_clock::now() + pause > until) return written;
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  template <class Write>
  Result<std::size_t> once(const Write& write) {
    const auto deadline = steady_clock::now() + kTransactionTime;
    if (!connection_ || !connection_->usable()) {
      auto opened = Connection::open({.url = url_,
                                      .application = "sasrec import",
                                      .statement_timeout = kTransactionTime,
                                      .planning = Planning::kFromData});
      if (!opened) return base::Failure(std::move(opened.error()));
      connection_.emplace(std::move(*opened));
      if (auto staged = connection_->execute(kStage, deadline); !staged)
        return base::Failure(std::move(staged.error()));
    }
    return write(*connection_, deadline);
  }

  const std::string url_;
  const milliseconds patience_;
  std::optional<Connection> connection_;
};

Result<std::size_t> copy_and_move(Connection& connection, std::string_view bytes, Deadline deadline) {
  if (auto begun = connection.execute("BEGIN", deadline); !begun) return base::Failure(std::move(begun.error()));
  Result<std::size_t> moved = 0;
  if (auto copied = connection.copy(kCopy, bytes, deadline); !copied) {
    moved = base::Failure(std::move(copied.error()));
  } else if (auto rows = connection.run(kMove, {}, deadline); !rows) {
    moved = base::Failure(std::move(rows.error()));
  } else {
    moved = rows->affected();
  }
  auto ended = connection.execute(moved ? "COMMIT" : "ROLLBACK", deadline);
  if (moved && !ended) return base::Failure(std::move(ended.error()));
  return moved;
}

/// Reads up to `max_count` rows and calls `take` with each; whether the source may have more.
template <class Row, class Take>
Result<bool> read_some(const Source<Row>& source, std::size_t max_count, const Take& take) {
  Row row;
  for (std::size_t i = 0; i < max_count; ++i) {
    auto more = source(row);
    if (!more || !*more) return more;
    if (auto taken = take(row); !taken) return base::Failure(std::move(taken.error()));
  }
  return true;
}

}  // namespace

Result<ImportProgress> import_interactions(const std::string& url, const Source<Interaction>& source,
                                           const ImportOptions& options) {
  Importer importer(url, options.patience);
  ImportProgress progress;
  for (bool more = true; more;) {
    CopyRows rows;
    const auto before = progress.read;
    const auto read = read_some(source, options.rows_together, [&](const Interaction& interaction) -> Result<void> {
      ++progress.read;
      if (auto checked = check_interaction(interaction); !checked) {
        return base::fail_within(fmt::format("interaction {}", progress.read), checked.error());
      }
      rows.add(interaction);
      return {};
    });
    if (!read) return base::Failure(read.error());
    more = *read;
    if (progress.read == before) break;
    const auto bytes = rows.take();
    const auto added = importer.repeat(
        [&](Connection& connection, Deadline deadline) { return copy_and_move(connection, bytes, deadline); });
    if (!added) {
      return base::fail_within(fmt::format("interactions {} to {}", before + 1, progress.read), added.error());
    }
    progress.added += *added;
    if (options.on_progress) options.on_progress(progress);
  }
  return progress;
}

Result<ImportProgress> import_items(const std::string& url, const Source<CatalogueItem>& source,
                                    const ImportOptions& options) {
  Importer importer(url, options.patience);
  ImportProgress progress;
  for (bool more = true; more;) {
    std::vector<CatalogueItem> items;
    const auto read = read_some(source, options.rows_together, [&](const CatalogueItem& item) -> Result<void> {
      ++progress.read;
      if (auto checked = check_item(item); !checked) {
        return base::fail_within(fmt::format("item {}", progress.read), checked.error());
      }
      items.push_back(item);
      return {};
    });
    if (!read) return base::Failure(read.error());
    more = *read;
    if (items.empty()) break;
    const auto put = importer.repeat(
        [&](Connection& connection, Deadline deadline) { return put_items(connection, items, deadline); });
    if (!put) {
      const auto first = progress.read - items.size() + 1;
      return base::fail_within(fmt::format("items {} to {}", first, progress.read), put.error());
    }
    progress.added += *put;
    if (options.on_progress) options.on_progress(progress);
  }
  return progress;
}

}  // namespace sasrec::store
