#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "dataset/log.hpp"

namespace sasrec::dataset {

/// The names of the columns of a CSV, TSV or JSON Lines log. For an empty name the usual ones are tried, ignoring case
/// (user, user_id, userid, uid, visitorid; item, item_id, itemid, movieid, product_id, ...; time, timestamp, ts,
/// event_time, date, ...).
struct Columns {
  std::string user;
  std::string item;
  std::string time;
};

struct ImportOptions {
  Columns columns;
  bool strict = false;                 ///< whether the first wrong row ends the import with kInvalidInput
  std::size_t max_shown_problems = 5;  ///< maximum number of wrong rows that are kept with their reason
  base::Time now = base::now();        ///< a row with a time more than base::kMaxAhead later than this is wrong
};

/// A row that was left out, and the reason.
struct RowProblem {
  std::size_t line = 0;  ///< from 1, as editors count
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

/// Reads a log of interactions. The format is detected from content and name. Gzip is detected from content and
/// decompressed.
///
///   movielens-dat  user::item::rating::timestamp
///   csv, tsv       a header with named columns; quotes as in RFC 4180; MovieLens ratings.csv is one of these
///   jsonl          one object per line with user, item and optionally a time
///   pairs          user item, separated by blanks; file order is time order
///
/// times    as base::parse_moment reads them, within the bounds of base::moment_problem; the log keeps whole seconds
/// ids      kept byte by byte, also if they are not UTF-8
/// errors   kNotFound: no such file; kIo: it can't be read; kInvalidInput: it is empty, lacks a column, has no usable
///          row, or has a wrong row under `strict` (the message names line, column and value)
/// cost     one pass; 16 bytes of memory per interaction and one copy of each id
base::Result<Import> import_interactions(const std::filesystem::path& path, const ImportOptions& options = {});

}  // namespace sasrec::dataset
