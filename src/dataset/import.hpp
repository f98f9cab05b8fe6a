#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "dataset/log.hpp"

namespace sasrec::dataset {

/// Where in a CSV, TSV or JSON Lines log the fields stand. Empty: the usual names are tried, without regard to case
/// (user, user_id, userid, uid, visitorid; item, item_id, itemid, movieid, product_id, ...; time, timestamp, ts,
/// event_time, date, ...).
struct Columns {
  std::string user;
  std::string item;
  std::string time;
};

struct ImportOptions {
  Columns columns;
  bool strict = false;                 ///< the first wrong row ends the import with kInvalidInput
  std::size_t max_shown_problems = 5;  ///< how many wrong rows are kept with their reason
  base::Time now = base::now();        ///< rows with a time later than this by more than base::kMaxAhead are wrong
};

/// A row that was left out, and why.
struct RowProblem {
  std::size_t line = 0;  ///< from 1, as an editor counts
  std::string reason;
};

struct ImportReport {
  std::string format;          ///< "movielens-dat", "csv", "tsv", "jsonl" or "pairs"
  std::size_t rows = 0;        ///< rows read, header and blank lines not counted
  std::size_t rejected = 0;    ///< wrong rows, left out
  std::size_t duplicates = 0;  ///< rows equal to an earlier one in user, item and time, left out (timed logs only)
  std::vector<RowProblem> problems;
};

struct Import {
  InteractionLog log;
  ImportReport report;
};

/// Reads a log of interactions. The format is told by content and name; ".gz" (told by content) is read as is.
///   movielens-dat  user::item::rating::timestamp
///   csv, tsv       a header with named columns; quotes as in RFC 4180; MovieLens ratings.csv is one of these
///   jsonl          one object a line with user, item and optionally a time
///   pairs          user item, split by blanks; file order is time order
/// Times are what base::parse_moment reads, in the bounds of base::moment_problem; the log keeps whole seconds. Text
/// that is not UTF-8 is kept byte by byte in ids. kNotFound: no such file. kIo: it cannot be read. kInvalidInput:
/// empty, a column is missing, no row is usable, or a wrong row under `strict`; the message names line, column and
/// value. Cost: one pass; memory for the interactions (16 bytes each) and one copy of each id.
base::Result<Import> import_interactions(const std::filesystem::path& path, const ImportOptions& options = {});

}  // namespace sasrec::dataset
