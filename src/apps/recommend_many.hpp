#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "apps/answer_text.hpp"
#include "apps/command_line.hpp"
#include "dataset/import.hpp"
#include "recommend/recommender.hpp"

namespace sasrec::apps {

enum class OutputForm : std::uint8_t { kText, kJson };

struct RecommendManyOptions {
  std::size_t k = 10;
  std::span<const std::string> exclude;
  recommend::Seen seen = recommend::Seen::kExclude;
  std::size_t recent = 0;  ///< number of the user's last items to show with the answer
  AnswerStyle style;
  OutputForm form = OutputForm::kText;
  std::size_t threads = 1;
  dataset::ImportOptions import;
};

/// Answers every history of a file on several threads and prints the answers in the file's order. A wrong line is
/// reported and counted, and gives a document with an "error" in its place; under import.strict it ends the run. Fails
/// if every line is wrong.
ExitCode recommend_many(const std::filesystem::path& histories, const std::shared_ptr<const recommend::Model>& model,
                        const RecommendManyOptions& options);

}  // namespace sasrec::apps
