#include "apps/trainer/publish.hpp"

#include <chrono>

#include "recommend/model.hpp"

namespace sasrec::apps {

base::Result<std::string> publish(const std::filesystem::path& out, const checkpoint::Draft& draft) {
  checkpoint::Directory directory(out);
  auto version = directory.save(draft, std::chrono::system_clock::now());
  if (!version) return version;
  if (const auto loaded = recommend::Model::load(out / *version); !loaded) {
    const auto noted = directory.quarantine(*version, loaded.error().message);
    return base::fail_within(noted ? "the new version is quarantined" : noted.error().message, loaded.error());
  }
  if (const auto activated = directory.activate(*version); !activated) return base::Failure(activated.error());
  return version;
}

}  // namespace sasrec::apps
