#include "apps/key_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "apps/service/database.hpp"
#include "apps/text_table.hpp"
#include "base/json_text.hpp"
#include "base/sha256.hpp"
#include "base/uuid.hpp"
#include "store/postgres_store.hpp"

namespace sasrec::apps {
namespace {

struct Options {
  ServiceOptions service;
  std::string name;
  std::vector<std::string> scopes{"read", "predict"};
  double rate = 0;
  std::filesystem::path from;
  bool json = false;
};

/// A key that somebody else has made has to be as hard to guess as ours: it is kept as a plain hash.
constexpr std::size_t kShortestSecret = 32;

/// A new key: 244 random bits.
std::string make_secret() {
  std::string secret = "sasrec_";
  for (int part = 0; part < 2; ++part) {
    const auto random = base::sha256(base::Uuid::make().text() + base::Uuid::make().text());
    secret += random.substr(0, 32);
  }
  return secret;
}

/// The first line of `file`.
base::Result<std::string> read_secret(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string secret;
  if (!std::getline(in, secret)) {
    return base::fail(base::ErrorCode::kNotFound, "--from {}: it can't be read or is empty", file.string());
  }
  const bool plain = std::ranges::all_of(secret, [](char c) { return c > ' ' && c <= '~'; });
  if (!plain || secret.size() < kShortestSecret) {
    return base::fail(base::ErrorCode::kInvalidInput,
                      "--from {}: a key is one line of at least {} printable characters without spaces", file.string(),
                      kShortestSecret);
  }
  return secret;
}

/// Makes the key of this name what `key` says, whatever it was. Done again it changes nothing.
base::Result<void> replace_key(store::PostgresStore& store, const http::ApiKey& key) {
  const auto keys = store.keys();
  if (!keys) return base::Failure(keys.error());
  const auto old = std::ranges::find(*keys, key.name, &http::ApiKey::name);
  if (old != keys->end()) {
    if (old->hash == key.hash && old->scopes == key.scopes && old->rate == key.rate) return {};
    if (const auto removed = store.remove_key(key.name); !removed) return removed;
  }
  return store.add_key(key);
}

template <class Work>
ExitCode with_store(const Options& options, const Work& work) {
  set_up_logging(options.service);
  const auto database = Database::open(options.service, {});
  if (!database) return failed(database.error());
  store::PostgresStore store({.url = database->url});
  return work(store);
}

ExitCode create(const Options& options) {
  http::ApiKey key{.name = options.name, .rate = options.rate};
  for (const auto& text : options.scopes) {
    const auto scope = http::parse_scope(text);
    if (!scope)
      return bad_usage(fmt::format("--scopes: \"{}\" is none of read, predict, ingest, admin, metrics", text));
    key.scopes.push_back(*scope);
  }
  if (!options.from.empty()) {
    const auto given = read_secret(options.from);
    if (!given) return failed(given.error());
    key.hash = base::sha256(*given);
    return with_store(options, [&](store::PostgresStore& store) {
      const auto replaced = replace_key(store, key);
      return replaced ? ExitCode::kDone : failed(replaced.error());
    });
  }
  const std::string secret = make_secret();
  key.hash = base::sha256(secret);
  return with_store(options, [&](store::PostgresStore& store) {
    if (const auto added = store.add_key(key); !added) return failed(added.error());
    if (options.json) {
      print_line(base::to_json_text({{"name", key.name}, {"key", secret}}));
    } else {
      fmt::print(stderr, "The key is shown this once; the database keeps only its hash:\n");
      print_line(secret);
    }
    return ExitCode::kDone;
  });
}

ExitCode list(const Options& options) {
  return with_store(options, [&](store::PostgresStore& store) {
    const auto keys = store.keys();
    if (!keys) return failed(keys.error());
    TextTable table({{.title = "name"}, {.title = "scopes"}, {.title = "requests/s", .align = Align::kRight}});
    boost::json::array json;
    for (const auto& key : *keys) {
      std::string scopes;
      for (const auto scope : key.scopes) scopes += fmt::format("{}{}", scopes.empty() ? "" : ",", to_string(scope));
      json.push_back({{"name", key.name}, {"scopes", scopes}, {"rate", key.rate}});
      table.add_row({key.name, scopes, key.rate > 0 ? fmt::format("{}", key.rate) : "default"});
    }
    if (options.json) {
      print_line(base::to_json_text(json));
    } else {
      fmt::print("{}", table.text());
    }
    return ExitCode::kDone;
  });
}

ExitCode remove(const Options& options) {
  return with_store(options, [&](store::PostgresStore& store) {
    const auto removed = store.remove_key(options.name);
    return removed ? ExitCode::kDone : failed(removed.error());
  });
}

}  // namespace

void add_key_command(CLI::App& program, ExitCode& result) {
  const auto options = std::make_shared<Options>();  // shared by the callbacks that CLI11 copies
  auto* const command =
      program.add_subcommand("key", "Keys of the HTTP API: without any, it serves this machine alone");
  command->require_subcommand(1)->fallthrough();
  add_service_options(*command, options->service, {Part::kDatabase});
  command->add_flag("--json", options->json, "One JSON document");

  auto* const add = command->add_subcommand("create", "Make a key and print it");
  add->add_option("name", options->name, "What to call it")->required();
  add->add_option("--scopes", options->scopes, "Of read, predict, ingest, admin, metrics")
      ->delimiter(',')
      ->capture_default_str();
  add->add_option("--rate", options->rate, "Requests a second; 0: the server's default")->check(CLI::NonNegativeNumber);
  add->add_option("--from", options->from,
                  "Take the key from this file, in place of the one of this name if there is one")
      ->type_name("FILE");
  add->footer(
      "Examples:\n  sasrec key create shop --scopes read,predict,ingest\n"
      "  sasrec key create shop --scopes read,predict,ingest --from /run/secrets/shop_key");
  add->callback([options, &result] { result = create(*options); });

  auto* const show = command->add_subcommand("list", "Show names, scopes and rates");
  show->callback([options, &result] { result = list(*options); });

  auto* const drop = command->add_subcommand("remove", "Take a key back; servers notice within seconds");
  drop->add_option("name", options->name, "The key's name")->required();
  drop->callback([options, &result] { result = remove(*options); });
}

}  // namespace sasrec::apps
