#include "apps/service/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace sasrec::apps {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::string_view kPrefix = "SASREC_";
constexpr std::string_view kDefaultFile = "sasrec.toml";

constexpr std::array kSettings = std::to_array<Setting>({
    {"listen", "Address and port of the HTTP server; beyond loopback only with keys (sasrec key)"},
    {"monitoring", "Address and port where a role that runs alone serves /healthz, /readyz and /metrics; empty: none"},
    {"database", "A PostgreSQL, postgres://user:password@host:port/name; without one `up` runs its own"},
    {"bus", "kafka://host:port[,host:port]; without one `up` uses a bus within the process"},
    {"kafka", "A setting of librdkafka, KEY=VALUE; may stand several times", Setting::Form::kTable},
    {"interactions-map",
     "Where a field is in records of sasrec.interactions, NAME=JSON-POINTER; may stand several times (docs/kafka.md)",
     Setting::Form::kTable},
    {"items-map", "The same for records of sasrec.items", Setting::Form::kTable},
    {"cors-origins",
     "Origins of web pages that may call the API from a browser, such as https://shop.example, with commas between "
     "them; *: any",
     Setting::Form::kWords},
    {"partitions", "Partitions of the topics that are made"},
    {"checkpoints", "Folder of model versions"},
    {"data-dir", "Folder with the service's own PostgreSQL, used where no --database is given"},
    {"workers", "Threads that compute"},
    {"io-threads", "Threads of the HTTP server"},
    {"deadline", "Seconds from a request to when its answer is of no use any more"},
    {"max-open", "Requests without a result before new ones are refused"},
    {"max-connections", "HTTP connections at a time"},
    {"rate", "Requests a second of a key, or of an address where there are no keys; 0: no limit"},
    {"retrain-every", "Hours between two trainings, if anything is new; 0: not by time"},
    {"retrain-after", "New interactions that make a training due; 0: not by their number"},
    {"retrain-min", "Fewest interactions to train on"},
    {"retrain-set", "A setting of the training's recipe, NAME=VALUE; may stand several times"},
    {"gate-tolerance", "How much worse than the serving model a new one may be, as a share of its NDCG@10"},
    {"keep-models", "Most model versions to keep"},
    {"keep-days", "Days after which a model version is removed; never the active one nor the one before it"},
    {"trainer", "sasrec-trainer for `up` to train with (default: beside this program); none: no training"},
    {"monitor-window", "Seconds of a window that drift and online quality are measured in"},
    {"log-level", "debug, info, warning or error"},
    {"log-format", "text or json"},
});

// Of the set-up, the build and the engine.
constexpr std::array<std::string_view, 14> kOtherVariables{
    "SASREC_INSTRUCTION_SET", "SASREC_LIBTORCH",   "SASREC_LIBRDKAFKA", "SASREC_CUDA",    "SASREC_KAFKA_HOME",
    "SASREC_CHECKERS",        "SASREC_CONFIG",     "SASREC_NODE",       "SASREC_CACHE",   "SASREC_ANALYTICS",
    "SASREC_COMPOSE",         "SASREC_DASHBOARDS", "SASREC_PEERS",      "SASREC_CLIENTS",
};

const Setting* find_setting(std::string_view name) {
  const auto* const found = std::ranges::find(kSettings, name, &Setting::name);
  return found == kSettings.end() ? nullptr : found;
}

bool is_setting(std::string_view name) {
  return find_setting(name) != nullptr;
}

/// What separates the words of a key in a table: librdkafka's have dots.
char key_separator(std::string_view table) {
  return table == "kafka" ? '.' : '-';
}

std::string names_of_settings() {
  std::string names;
  for (const auto& setting : kSettings) names += fmt::format("{}{}", names.empty() ? "" : ", ", setting.name);
  return names;
}

/// A TOML value as it would be written on the command line.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (node.is_integer() || node.is_floating_point() || node.is_boolean()) {
    std::ostringstream out;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) out << value;
    });
    return out.str();
  }
  return std::nullopt;
}

/// The values of `node`; a table gives KEY=VALUE for each entry, with dots between nested keys.
bool append_values(const toml::node& node, const std::string& key, std::vector<std::string>& values) {
  if (const auto* table = node.as_table()) {
    return std::ranges::all_of(*table, [&](const auto& entry) {
      const std::string name(entry.first.str());
      return append_values(entry.second, key.empty() ? name : key + "." + name, values);
    });
  }
  if (const auto* array = node.as_array(); array != nullptr && key.empty()) {
    return std::ranges::all_of(*array, [&](const toml::node& element) { return append_values(element, key, values); });
  }
  auto text = text_of(node);
  if (!text) return false;
  values.push_back(key.empty() ? std::move(*text) : key + "=" + *text);
  return true;
}

std::string lower_with(std::string_view name, char separator) {
  std::string text;
  for (const char c : name) {
    text += c == '_' ? separator : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

Result<std::string> first_line(std::string_view variable, const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) {
    return base::fail(ErrorCode::kNotFound, "{} names {}, which can't be read or is empty", variable, file);
  }
  return line;
}

/// The value of `option` among the arguments, in either form.
std::optional<std::string> argument(std::span<const char* const> argv, std::string_view option) {
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string_view text = argv[i];
    if (text == option && i + 1 < argv.size()) return argv[i + 1];
    if (text.starts_with(option) && text.substr(option.size()).starts_with('=')) {
      return std::string(text.substr(option.size() + 1));
    }
  }
  return std::nullopt;
}

std::optional<std::string> variable(std::span<const char* const> environment, std::string_view name) {
  for (const std::string_view entry : environment) {
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) {
      return std::string(entry.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

std::span<const Setting> all_settings() {
  return kSettings;
}

Result<SettingValues> read_settings_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return base::fail(ErrorCode::kNotFound, "the settings file {} can't be read", file.string());
  toml::table table;
  try {
    table = toml::parse(in, file.string());
  } catch (const toml::parse_error& error) {
    return base::fail(ErrorCode::kInvalidInput, "{}:{}: {}", file.string(), error.source().begin.line,
                      error.description());
  }
  SettingValues values;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto line = key.source().begin.line;
    const auto* const setting = find_setting(name);
    if (setting == nullptr) {
      return base::fail(ErrorCode::kInvalidInput, "{}:{}: there is no setting \"{}\"; there are {}", file.string(),
                        line, name, names_of_settings());
    }
    if (node.is_table() && setting->form != Setting::Form::kTable) {
      return base::fail(ErrorCode::kInvalidInput, "{}:{}: {} is one value, no table", file.string(), line, name);
    }
    auto& texts = values[name];
    if (!append_values(node, "", texts)) {
      return base::fail(ErrorCode::kInvalidInput, "{}:{}: {} has to be a text, a number, true or false", file.string(),
                        line, name);
    }
    if (setting->form == Setting::Form::kWords) texts = {fmt::format("{}", fmt::join(texts, ","))};
  }
  return values;
}

Result<SettingValues> read_settings_environment(std::span<const char* const> environment) {
  constexpr std::string_view kFile = "_FILE";
  SettingValues values;
  for (const std::string_view entry : environment) {
    if (!entry.starts_with(kPrefix)) continue;
    const std::string_view name = entry.substr(0, entry.find('='));
    if (std::ranges::find(kOtherVariables, name) != kOtherVariables.end()) continue;
    std::string value(entry.substr(std::min(entry.size(), name.size() + 1)));
    std::string_view rest = name.substr(kPrefix.size());
    if (rest.ends_with(kFile) && !is_setting(lower_with(rest, '-'))) {
      rest.remove_suffix(kFile.size());
      auto line = first_line(name, value);
      if (!line) return base::Failure(line.error());
      value = std::move(*line);
    }
    const auto setting = lower_with(rest, '-');
    const auto* const table = std::ranges::find_if(kSettings, [&](const Setting& known) {
      return known.form == Setting::Form::kTable && setting.starts_with(std::string(known.name) + "-");
    });
    if (table != kSettings.end()) {
      const auto key = lower_with(rest.substr(table->name.size() + 1), key_separator(table->name));
      values[std::string(table->name)].push_back(key + "=" + value);
      continue;
    }
    if (!is_setting(setting)) {
      return base::fail(ErrorCode::kInvalidInput, "the environment variable {} is no setting; there are {}", name,
                        names_of_settings());
    }
    values[setting] = {std::move(value)};
  }
  return values;
}

Result<std::vector<std::string>> with_settings(std::span<const char* const> argv,
                                               const std::vector<std::string>& accepts,
                                               std::span<const char* const> environment, std::size_t words) {
  auto file = argument(argv, "--config");
  if (!file) file = variable(environment, "SASREC_CONFIG");
  if (!file && std::filesystem::exists(kDefaultFile)) file = kDefaultFile;
  SettingValues from_file;
  if (file) {
    auto read = read_settings_file(*file);
    if (!read) return base::Failure(read.error());
    from_file = std::move(*read);
  }
  const auto from_environment = read_settings_environment(environment);
  if (!from_environment) return base::Failure(from_environment.error());

  const auto command = argv.first(std::min(words, argv.size()));
  std::vector<std::string> merged(command.begin(), command.end());
  for (const auto* source : std::initializer_list<const SettingValues*>{&from_file, &*from_environment}) {
    for (const auto& [name, texts] : *source) {
      if (std::ranges::find(accepts, name) == accepts.end()) continue;
      for (const auto& text : texts) merged.push_back(fmt::format("--{}={}", name, text));
    }
  }
  const auto own = argv.subspan(command.size());
  merged.insert(merged.end(), own.begin(), own.end());
  return merged;
}

}  // namespace sasrec::apps
