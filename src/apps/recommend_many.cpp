#include "apps/recommend_many.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/histories.hpp"
#include "apps/progress_bar.hpp"
#include "base/parallel.hpp"
#include "retrieval/search.hpp"

namespace sasrec::apps {
namespace {

/// The number of histories that a thread answers at once.
constexpr std::size_t kBatch = retrieval::Search::kMaxAtOnce;

/// The state of one thread, reused from batch to batch.
struct Worker {
  explicit Worker(const std::shared_ptr<const recommend::Model>& model) : recommender(model) {}
  recommend::Recommender recommender;
  std::array<UserHistory, kBatch> histories;
  std::array<recommend::Answer, kBatch> answers;
};

struct Output {
  std::string text{};
  std::string problem{};  // not empty: the history could not be answered
  std::size_t unknown_items = 0;
};

/// Writes the answer to text on the thread that computed it; only printing is in the file's order.
Output describe(const UserHistory& history, const recommend::Answer& answer, const base::Result<void>& done,
                const RecommendManyOptions& options) {
  const bool json = options.form == OutputForm::kJson;
  if (!done) {
    const auto& message = done.error().message;
    return {.text = json ? error_json(message, options.style, history.user) + '\n' : std::string(), .problem = message};
  }
  const AnswerUser user{
      .user = history.user,
      .recent = std::span<const std::string>(history.items).last(std::min(options.recent, history.items.size()))};
  if (json) {
    return {.text = answer_json(answer, options.style, user) + '\n', .unknown_items = answer.unknown_items};
  }
  return {.text = answer_heading(answer, options.style, user) + answer_table(answer, options.style) + '\n',
          .unknown_items = answer.unknown_items};
}

/// Answers the histories from number `first` on, as many as there are outputs, at most kBatch.
void answer_histories(const HistorySource& source, std::size_t first, Worker& worker,
                      const RecommendManyOptions& options, std::span<Output> outputs) {
  std::array<base::Result<void>, kBatch> read;
  std::vector<recommend::Request> requests;
  for (std::size_t n = 0; n < outputs.size(); ++n) {
    auto& history = worker.histories[n];
    read[n] = source.read(first + n, history);
    // A history that can't be read becomes an empty request, so that every answer keeps its place.
    requests.push_back(
        {.history = read[n] ? std::span<const std::string>(history.items) : std::span<const std::string>(),
         .k = options.k,
         .exclude = options.exclude,
         .seen = options.seen});
  }
  std::array<base::Result<void>, kBatch> answered;
  worker.recommender.recommend(requests, std::span(worker.answers).first(requests.size()),
                               std::span(answered).first(requests.size()));
  for (std::size_t n = 0; n < outputs.size(); ++n) {
    outputs[n] = describe(worker.histories[n], worker.answers[n], read[n] ? answered[n] : read[n], options);
  }
}

/// Counts wrong lines and shows the first few.
class Problems {
 public:
  explicit Problems(std::size_t max_shown) : max_shown_(max_shown) {}

  void add(std::string_view problem, ProgressBar& progress) {
    if (++count_ <= max_shown_) progress.print(problem);
  }
  std::size_t count() const { return count_; }

 private:
  std::size_t max_shown_;
  std::size_t count_ = 0;
};

}  // namespace

ExitCode recommend_many(const std::filesystem::path& histories, const std::shared_ptr<const recommend::Model>& model,
                        const RecommendManyOptions& options) {
  const auto source = open_histories(histories, options.import);
  if (!source) return failed(source.error());
  std::vector<Worker> workers;
  workers.reserve(options.threads);
  for (std::size_t n = 0; n < options.threads; ++n) workers.emplace_back(model);

  auto output = ProgressOutput::standard_error();
  // Answers on the same terminal would tear a bar apart, and they show the progress themselves.
  if (::isatty(STDOUT_FILENO) != 0) output.style = ProgressOutput::Style::kLines;
  ProgressBar progress({.label = "recommend", .total = (*source)->total()}, std::move(output));
  Problems problems(options.import.max_shown_problems);
  std::vector<Output> outputs;
  std::size_t done = 0;
  std::size_t unknown_items = 0;
  for (;;) {
    const auto size = (*source)->load_chunk();
    if (!size) {
      progress.finish();
      return failed(size.error());
    }
    if (*size == 0) break;
    outputs.resize(*size);
    const std::size_t batch = std::min(kBatch, (*size + options.threads - 1) / options.threads);
    base::parallel_for((*size + batch - 1) / batch, options.threads, [&](std::size_t worker, std::size_t n) {
      const std::size_t first = n * batch;
      answer_histories(**source, first, workers[worker], options,
                       std::span(outputs).subspan(first, std::min(batch, *size - first)));
    });
    for (const auto& [text, problem, unknown] : outputs) {
      if (!problem.empty() && options.import.strict) {
        progress.finish();
        return failed({base::ErrorCode::kInvalidInput, fmt::format("{}: {}", histories.string(), problem)});
      }
      if (!problem.empty()) problems.add(problem, progress);
      std::fwrite(text.data(), 1, text.size(), stdout);
      unknown_items += unknown;
    }
    done += *size;
    progress.update(done);
    if (std::ferror(stdout) != 0) break;  // run_program reports it
  }
  progress.finish();
  if (unknown_items > 0) {
    fmt::print(stderr, "{} items in the histories are unknown to the model and were skipped\n", unknown_items);
  }
  if (problems.count() > 0) {
    fmt::print(stderr, "{}: {} of {} lines were wrong and not answered\n", histories.string(), problems.count(), done);
  }
  return problems.count() > 0 && problems.count() == done ? ExitCode::kFailed : ExitCode::kDone;
}

}  // namespace sasrec::apps
