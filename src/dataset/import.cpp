#include "dataset/import.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/moment.hpp"
#include "dataset/delimited.hpp"
#include "dataset/duplicates.hpp"
#include "dataset/interner.hpp"
#include "dataset/table.hpp"

namespace sasrec::dataset {
namespace {

using base::Result;

// The names that common data sets use, best first: a file may have several of them.
constexpr std::array<std::string_view, 9> kUserNames{"userid",     "user",   "uid",      "visitorid", "customerid",
                                                     "reviewerid", "member", "memberid", "customer"};
constexpr std::array<std::string_view, 15> kItemNames{"itemid",  "item",       "iid",     "movieid", "productid",
                                                      "product", "articleid",  "trackid", "songid",  "bookid",
                                                      "gameid",  "parentasin", "asin",    "sku",     "movie"};
constexpr std::array<std::string_view, 13> kTimeNames{
    "timestamp",      "time",      "ts",        "eventtime",  "datetime",
    "date",           "unixtime",  "createdat", "reviewtime", "unixreviewtime",
    "eventtimestamp", "eventdate", "created"};

/// The positions of the columns in layout_of(), and so in Table::values().
enum Field : std::size_t { kUser, kItem, kTime };

TableLayout layout_of(const Columns& names) {
  return {.columns = {{.label = "user",
                       .kind = ValueKind::kId,
                       .name = names.user,
                       .usual_names = kUserNames,
                       .option = "--user-column",
                       .position = 0},
                      {.label = "item",
                       .kind = ValueKind::kId,
                       .name = names.item,
                       .usual_names = kItemNames,
                       .option = "--item-column",
                       .position = 1},
                      {.label = "time",
                       .kind = ValueKind::kTime,
                       .need = Need::kOptional,
                       .name = names.time,
                       .usual_names = kTimeNames,
                       .option = "--time-column",
                       .position = 3}},
          .dat_fields = 4,
          .pairs_fields = 2};
}

/// Collects the rows of one log. The first good row decides whether the log has times. All others must agree: rows with
/// and without times can't be put in one order.
class LogBuilder {
 public:
  explicit LogBuilder(base::Time now) : now_(now) {}

  /// Takes the table's current row, or returns what is wrong with it.
  std::string add(const Table& table) {
    const auto& values = table.values();
    for (const auto field : {kUser, kItem}) {
      if (const auto problem = base::id_problem(*values[field]); !problem.empty()) {
        return table.value_problem(field, problem);
      }
    }
    const bool timed = values[kTime].has_value();
    std::int64_t time = 0;
    if (timed) {
      const auto parsed = base::parse_moment(trimmed(*values[kTime]));
      if (!parsed) return table.value_problem(kTime, fmt::format("is not a time ({})", base::kMomentForms));
      if (const auto problem = base::moment_problem(*parsed, now_); !problem.empty()) {
        return table.value_problem(kTime, problem);
      }
      time = std::chrono::floor<std::chrono::seconds>(*parsed).time_since_epoch().count();
    }
    if (log_.interactions.empty()) log_.timed = timed;
    if (timed != log_.timed) return timed ? "has a time, but the rows before it have none" : "has no time";
    log_.interactions.push_back(
        {.user = users_.number(*values[kUser]), .item = {items_.number(*values[kItem])}, .time = time});
    return {};
  }

  InteractionLog release() {
    log_.users = users_.release();
    log_.items = items_.release();
    return std::move(log_);
  }

 private:
  base::Time now_;
  InteractionLog log_;
  Interner users_;
  Interner items_;
};

}  // namespace

Result<Import> import_interactions(const std::filesystem::path& path, const ImportOptions& options) {
  auto table = Table::open(path, layout_of(options.columns), options);
  if (!table) return base::Failure(table.error());
  LogBuilder builder(options.now);
  for (;;) {
    const auto more = table->next();
    if (!more) return base::Failure(more.error());
    if (!*more) break;
    if (auto problem = builder.add(*table); !problem.empty()) {
      if (auto rejected = table->reject(std::move(problem)); !rejected) return base::Failure(rejected.error());
    }
  }
  auto report = table->finish();
  if (!report) return base::Failure(report.error());
  Import result{.log = builder.release(), .report = std::move(*report)};
  // Without times equal rows mean that a user did the same twice.
  if (result.log.timed) result.report.duplicates = drop_duplicates(result.log.interactions);
  return result;
}

}  // namespace sasrec::dataset
