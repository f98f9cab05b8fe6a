#include "checkpoint/draft_files.hpp"

#include <span>
#include <string>
#include <utility>

#include <boost/json/serialize.hpp>

#include "base/sha256.hpp"
#include "checkpoint/manifest.hpp"
#include "checkpoint/safetensors.hpp"
#include "checkpoint/strict_json.hpp"
#include "checkpoint/verify.hpp"

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

base::Result<DraftFile> render_json(std::string_view name, const json::object& object) {
  const std::string text = json::serialize(object) + '\n';
  // Boost.JSON also serializes what it cannot read again: NaN, and text that is not UTF-8.
  if (const auto readable = parse_object(text); !readable) {
    return fail(ErrorCode::kInvalidInput, "{}: {}", name, readable.error().message);
  }
  return DraftFile{name, to_bytes(text)};
}

DraftFile render_vocabulary(const base::Vocabulary& vocabulary) {
  std::string text;
  for (const auto& id : vocabulary.ids()) {
    text += id;
    text += '\n';
  }
  return {kVocabularyFile, to_bytes(text)};
}

base::Result<base::Vocabulary> read_vocabulary(const Draft& draft) {
  if (draft.vocabulary.size() != draft.config.items) {
    return fail(ErrorCode::kInvalidInput, "the vocabulary has {} items, the configuration says {}",
                draft.vocabulary.size(), draft.config.items);
  }
  return base::Vocabulary::build(draft.vocabulary);
}

}  // namespace

base::Result<std::vector<DraftFile>> render(const Draft& draft) {
  if (auto valid = validate(draft.config); !valid) return base::Failure(valid.error());
  if (auto valid = verify_tensors(draft.config, draft.tensors); !valid) return base::Failure(valid.error());
  const auto vocabulary = read_vocabulary(draft);
  if (!vocabulary) return base::Failure(vocabulary.error());
  auto golden = to_lines(draft.golden, *vocabulary);
  if (!golden) return base::Failure(golden.error());

  std::vector<DraftFile> files;
  files.push_back({kModelFile, write_safetensors(draft.tensors)});
  files.push_back(render_vocabulary(*vocabulary));
  json::object settings = to_json(draft.config);
  settings["training"] = draft.training;
  for (const auto& [name, object] :
       {std::pair{kConfigFile, &std::as_const(settings)}, std::pair{kMetricsFile, &draft.metrics},
        std::pair{kReferenceFile, &draft.reference}}) {
    auto file = render_json(name, *object);
    if (!file) return base::Failure(file.error());
    files.push_back(std::move(*file));
  }

  ManifestFile manifest{{}, std::move(*golden)};
  for (const auto& file : files) {
    manifest.files.emplace(file.name, ListedFile{file.bytes.size(), base::sha256(file.bytes)});
  }
  files.push_back({kManifestFile, to_bytes(write_manifest(manifest))});
  return files;
}

}  // namespace sasrec::checkpoint
