#include "store/queries/keys.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "store/text_check.hpp"

namespace sasrec::store {
namespace {

using base::ErrorCode;

const Statement kKeys{"keys", "SELECT name, hash, scopes, rate FROM api_keys ORDER BY name"};

const Statement kKeyTable{"key_table", "SELECT to_regclass('api_keys') IS NOT NULL"};

const Statement kAnyKey{"any_key", "SELECT EXISTS (SELECT 1 FROM api_keys)"};

const Statement kAddKey{"add_key", R"(
INSERT INTO api_keys (name, hash, scopes, rate)
VALUES ($1::text, $2::text, $3::text[], $4::double precision)
ON CONFLICT DO NOTHING)"};

const Statement kRemoveKey{"remove_key", "DELETE FROM api_keys WHERE name = $1::text"};

}  // namespace

base::Result<std::vector<http::ApiKey>> read_keys(Connection& connection, Deadline deadline) {
  const auto rows = connection.run(kKeys, {}, deadline);
  if (!rows) return base::Failure(rows.error());
  std::vector<http::ApiKey> keys(rows->size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i].name = rows->text(i, 0);
    keys[i].hash = rows->text(i, 1);
    for (const auto& name : rows->texts(i, 2)) {
      // A scope that a newer program has given is none here.
      if (const auto scope = http::parse_scope(name)) keys[i].scopes.push_back(*scope);
    }
    keys[i].rate = rows->number(i, 3);
  }
  return keys;
}

base::Result<void> add_key(Connection& connection, const http::ApiKey& key, Deadline deadline) {
  if (auto checked = check_text("the key's name", key.name); !checked) return checked;
  if (auto checked = check_text("the key's hash", key.hash); !checked) return checked;
  Array scopes(Array::Of::kText);
  for (const auto scope : key.scopes) scopes.add_text(to_string(scope));
  Parameters parameters;
  parameters.add_text(key.name).add_text(key.hash).add(std::move(scopes)).add_double(key.rate);
  const auto rows = connection.run(kAddKey, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  if (rows->affected() == 0) {
    return base::fail(ErrorCode::kInvalidInput, "an API key of this name, or the key itself, is there already");
  }
  return {};
}

base::Result<bool> has_keys(const std::string& url) {
  const Deadline deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  auto connection = Connection::open({.url = url});
  if (!connection) return base::Failure(connection.error());
  for (const auto* const statement : {&kKeyTable, &kAnyKey}) {
    const auto rows = connection->run(*statement, {}, deadline);
    if (!rows) return base::Failure(rows.error());
    if (!rows->flag(0, 0)) return false;
  }
  return true;
}

base::Result<void> remove_key(Connection& connection, std::string_view name, Deadline deadline) {
  if (auto checked = check_text("the key's name", name); !checked) return checked;
  Parameters parameters;
  parameters.add_text(name);
  const auto rows = connection.run(kRemoveKey, parameters, deadline);
  if (!rows) return base::Failure(rows.error());
  if (rows->affected() == 0) return base::fail(ErrorCode::kNotFound, "no API key has this name");
  return {};
}

}  // namespace sasrec::store
