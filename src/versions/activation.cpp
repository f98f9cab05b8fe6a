#include "versions/activation.hpp"

#include <chrono>
#include <thread>

#include "base/background.hpp"
#include "recommend/model.hpp"

namespace sasrec::versions {
namespace {

using base::ErrorCode;

base::Result<void> verify(const std::filesystem::path& version) {
  base::Result<void> verified;
  // On another thread, because a thread may lower its priority but not raise it again.
  std::thread([&] {
    base::enter_background();
    if (const auto model = recommend::Model::load(version); !model) verified = base::Failure(model.error());
  }).join();
  return verified;
}

}  // namespace

base::Result<void> make_current(checkpoint::Directory& directory, const std::string& version) {
  if (!checkpoint::is_version(version) || !std::filesystem::is_directory(directory.root() / version)) {
    return base::fail(ErrorCode::kNotFound, "there is no version \"{}\"", version);
  }
  if (const auto reason = directory.quarantine_reason(version)) {
    return base::fail(ErrorCode::kInvalidInput, "version {} is quarantined: {}", version, *reason);
  }
  if (auto verified = verify(directory.root() / version); !verified) {
    // A volume that fails for a moment must not cost a good version its future.
    if (verified.error().code != ErrorCode::kCorrupt) return verified;
    if (const auto noted = directory.quarantine(version, verified.error().message); !noted) {
      return base::fail(ErrorCode::kInvalidInput, "version {} can't be served: {}; it is not quarantined: {}", version,
                        verified.error().message, noted.error().message);
    }
    return base::fail(ErrorCode::kInvalidInput, "version {} can't be served and is quarantined: {}", version,
                      verified.error().message);
  }
  return directory.activate(version);
}

base::Result<std::string> save_current(const std::filesystem::path& checkpoints, const checkpoint::Draft& draft) {
  checkpoint::Directory directory(checkpoints);
  auto version = directory.save(draft, std::chrono::system_clock::now());
  if (!version) return version;
  if (const auto activated = make_current(directory, *version); !activated) return base::Failure(activated.error());
  return version;
}

}  // namespace sasrec::versions
