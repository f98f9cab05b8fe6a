#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/result.hpp"
#include "bus/records.hpp"
#include "checkpoint/directory.hpp"

namespace sasrec::recommend {
class Model;
}

namespace sasrec::catalogue {
class CatalogueCache;
class PopularItems;
}  // namespace sasrec::catalogue

namespace sasrec::serving {

/// Answers from any version of a checkpoints folder, the one that is served or another, to compare them: for people,
/// not for traffic. Keeps the versions that were asked last in memory. Thread-safe; one call at a time.
class VersionAnswers {
 public:
  static constexpr std::size_t kVersions = 2;

  /// What is referred to must outlive it.
  VersionAnswers(std::filesystem::path checkpoints, const catalogue::CatalogueCache& catalogue,
                 const catalogue::PopularItems& popular);
  ~VersionAnswers();

  /// The answer that a worker which serves `version` would give to `request`, without its times. Takes as long as
  /// loading the version where it isn't in memory. kNotFound: there is no such version, or it can't be served.
  base::Result<bus::ResultRecord> answer(std::string_view version, const bus::RequestRecord& request);

 private:
  base::Result<std::shared_ptr<const recommend::Model>> find(std::string_view version);

  checkpoint::Directory directory_;
  const catalogue::CatalogueCache& catalogue_;
  const catalogue::PopularItems& popular_;
  std::mutex mutex_;
  std::list<std::shared_ptr<const recommend::Model>> models_;  // guarded by mutex_; the last asked first
};

}  // namespace sasrec::serving
