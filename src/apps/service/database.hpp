#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "apps/service/embedded_postgres.hpp"
#include "apps/service/service_options.hpp"
#include "base/result.hpp"

namespace sasrec::apps {

/// The database that `options` name, or a PostgreSQL of our own under the data folder. Ready for use: reached, and its
/// tables brought up to date.
struct Database {
  std::unique_ptr<EmbeddedPostgres> own;  ///< null where one is configured
  std::string url;

  /// Looks at a database that is reached and not yet changed; an error other than kUnavailable ends open() with it.
  using Look = std::function<base::Result<void>(const std::string& url)>;

  /// Says in the log which database it is. Waits for a configured one until `stop`, saying so once. kUnavailable:
  /// stopped before it came. Call it on the main thread: its own PostgreSQL ends with the thread that started it.
  static base::Result<Database> open(const ServiceOptions& options, const std::stop_token& stop, const Look& look = {});
};

}  // namespace sasrec::apps
