#include "versions/retention.hpp"

namespace sasrec::versions {

std::vector<std::string> expendable(const std::vector<checkpoint::Entry>& entries, const RetentionPolicy& policy,
                                    base::Time now) {
  using checkpoint::State;
  std::vector<std::string> versions;
  std::size_t kept = 0;
  bool has_fallback = false;
  for (const auto& entry : entries) {
    // The newest version beside the active one stays however old it is: it is what a rollback needs.
    const bool fallback = entry.state == State::kReady && !has_fallback;
    has_fallback = has_fallback || fallback;
    const bool young = now - checkpoint::created_at(entry.version) <= policy.age;
    if (entry.state == State::kActive || fallback || (young && kept < policy.versions)) {
      ++kept;
    } else {
      versions.push_back(entry.version);
    }
  }
  return versions;
}

}  // namespace sasrec::versions
