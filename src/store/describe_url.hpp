#pragma once

#include <string>

namespace sasrec::store {

/// `url` as it may be shown: postgres://user@host:port/name, without its password. A value that the url lacks is what
/// libpq takes for it (PGHOST and the like).
std::string describe_url(const std::string& url);

}  // namespace sasrec::store
