#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sasrec::apps {

/// A setting of the service: an option `--name` of the commands that use it, `name` in sasrec.toml, SASREC_NAME (upper
/// case, '_' for '-') in the environment.
struct Setting {
  /// What it may be in a file beside one value.
  enum class Form : std::uint8_t {
    kValue,
    kTable,  ///< a table: KEY=VALUE for each entry
    kWords,  ///< an array: its elements with commas between them
  };
  std::string_view name;
  std::string_view help;
  Form form = Form::kValue;
};

/// All settings. A file or the environment may hold these only, whichever command reads it.
std::span<const Setting> all_settings();

/// Settings with their values; a table of the file, such as [kafka], gives "kafka" several "key=value".
using SettingValues = std::map<std::string, std::vector<std::string>>;

/// Reads a file in TOML. kNotFound, kIo, or kInvalidInput with line and reason; an unknown setting is one.
base::Result<SettingValues> read_settings_file(const std::filesystem::path& file);

/// Reads SASREC_* from `environment` ("NAME=value" each, as in environ). SASREC_KAFKA_SASL_MECHANISM=PLAIN gives
/// "kafka" the value "sasl.mechanism=PLAIN", SASREC_INTERACTIONS_MAP_USER=/u gives "interactions-map" "user=/u".
/// NAME_FILE names a file whose first line is the value. Unknown names fail.
base::Result<SettingValues> read_settings_environment(std::span<const char* const> environment);

/// `argv` of a command that takes settings, with the values of file and environment put in before its own options, so
/// that these win over the environment and that over the file. `accepts` tells which options the command has. The
/// file is the one that --config or SASREC_CONFIG names, else ./sasrec.toml if it exists. The first `words` of `argv`
/// are the program and its command: 2 for `sasrec up`, 3 for `sasrec model list`.
base::Result<std::vector<std::string>> with_settings(std::span<const char* const> argv,
                                                     const std::vector<std::string>& accepts,
                                                     std::span<const char* const> environment, std::size_t words = 2);

}  // namespace sasrec::apps
