#pragma once

#include <filesystem>
#include <mutex>
#include <string_view>

#include "base/result.hpp"
#include "bus/records.hpp"
#include "versions/cache.hpp"

namespace sasrec::catalogue {
class CatalogueCache;
class PopularItems;
}  // namespace sasrec::catalogue

namespace sasrec::serving {

/// Answers from any version of a checkpoints folder, the one that is served or another, to compare them: for people,
/// not for traffic. Thread-safe; one call at a time.
class VersionAnswers {
 public:
  /// What is referred to must outlive it.
  VersionAnswers(std::filesystem::path checkpoints, const catalogue::CatalogueCache& catalogue,
                 const catalogue::PopularItems& popular);
  ~VersionAnswers();

  /// The answer that a worker which serves `version` would give to `request`, without its times. Takes as long as
  /// loading the version where it isn't in memory. kNotFound: there is no such version, or it can't be served.
  base::Result<bus::ResultRecord> answer(std::string_view version, const bus::RequestRecord& request);

 private:
  const catalogue::CatalogueCache& catalogue_;
  const catalogue::PopularItems& popular_;
  std::mutex mutex_;
  versions::Cache models_;  // guarded by mutex_
};

}  // namespace sasrec::serving
