#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/key_store.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

// The methods of http::KeyStore, as statements.

base::Result<std::vector<http::ApiKey>> read_keys(Connection& connection, Deadline deadline);  ///< by name
base::Result<void> add_key(Connection& connection, const http::ApiKey& key, Deadline deadline);
/// Whether the database has any key. For a database that nothing else has looked at yet: it may lack the tables.
base::Result<bool> has_keys(const std::string& url);
base::Result<void> remove_key(Connection& connection, std::string_view name, Deadline deadline);

}  // namespace sasrec::store
