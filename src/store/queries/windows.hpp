#pragma once

#include <string>

#include "monitoring/window_store.hpp"
#include "store/connection_pool.hpp"

namespace sasrec::store {

/// PostgreSQL behind the monitor's port, over its own connection. Each statement may take half a minute. Of a
/// period at most 200,000 interactions and 20,000 answers are looked at. Thread-safe.
class PostgresWindows final : public monitoring::WindowStore {
 public:
  explicit PostgresWindows(std::string url);

  base::Result<std::vector<monitoring::Counted>> items(monitoring::Period period) override;
  base::Result<std::vector<monitoring::Counted>> kinds(monitoring::Period period) override;
  base::Result<std::vector<monitoring::Answer>> answers(monitoring::Period period) override;
  base::Result<std::vector<monitoring::Counted>> recommended(monitoring::Period period) override;
  base::Result<std::vector<monitoring::Counted>> users_by_interactions(monitoring::Period period) override;
  base::Result<std::vector<monitoring::Counted>> hours(monitoring::Period period) override;
  base::Result<std::vector<monitoring::OnlineQuality>> quality(monitoring::Period period,
                                                               std::chrono::seconds horizon) override;
  base::Result<std::vector<monitoring::LearnedWindows>> learned(const std::string& version) override;
  base::Result<void> keep_learned(const std::string& version, const monitoring::LearnedWindows& learned) override;

 private:
  base::Result<std::vector<monitoring::Counted>> counts(const Statement& statement, monitoring::Period period);

  ConnectionPool pool_;
};

}  // namespace sasrec::store
