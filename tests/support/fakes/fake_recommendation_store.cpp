#include "support/fakes/fake_recommendation_store.hpp"

#include <algorithm>
#include <utility>

namespace sasrec::test {

using base::ErrorCode;
using base::fail;
using bus::RequestRecord;
using bus::ResultRecord;
using bus::Status;
using serving::Accepted;
using serving::NewRequest;

namespace {

constexpr std::chrono::seconds kFirstAttempt(3);

ResultRecord expired(const RequestRecord& request, base::Time now) {
  return {.id = request.id,
          .user = request.user,
          .status = Status::kExpired,
          .error = "no answer came before its deadline",
          .created = request.created,
          .deadline = request.deadline,
          .finished = now,
          .traceparent = request.traceparent};
}

}  // namespace

void FakeRecommendationStore::accept(NewRequest request, base::Done<Accepted> done) {
  outage_.submit([this, request = std::move(request), done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    done(accept_now(request));
  });
}

base::Result<Accepted> FakeRecommendationStore::accept_now(NewRequest request) {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_();
  auto& message = request.message;
  if (request.read_history) message.history = histories_[message.user];
  message.stored = now;
  const auto [place, created] = rows_.try_emplace(message.id);
  auto& row = place->second;
  if (created) {
    row.request = std::move(message);
    row.fingerprint = std::move(request.fingerprint);
    row.due = now + kFirstAttempt;
  }
  return Accepted{created, row.fingerprint, row.request.history, row.request.stored};
}

void FakeRecommendationStore::find(const base::Uuid& id, base::Done<ResultRecord> done) {
  outage_.submit([this, id, done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    const auto found = row(id);
    if (!found) return done(fail(ErrorCode::kNotFound, "no request {}", id.text()));
    done(*found);
  });
}

void FakeRecommendationStore::ended_since(base::Time since, std::size_t max_count,
                                          base::Done<std::vector<ResultRecord>> done) {
  outage_.submit([this, since, max_count, done = std::move(done)](base::Result<void> failed) {
    if (!failed) return done(base::Failure(failed.error()));
    std::vector<ResultRecord> ended;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& [id, row] : rows_) {
        if (row.status != Status::kPending && row.result.finished >= since) ended.push_back(row.result);
      }
    }
    std::ranges::sort(ended, {}, &ResultRecord::finished);
    if (ended.size() > max_count) ended.erase(ended.begin(), ended.end() - static_cast<std::ptrdiff_t>(max_count));
    done(std::move(ended));
  });
}

base::Result<std::size_t> FakeRecommendationStore::finish(std::span<const ResultRecord> results) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  batches_.push_back(results.size());
  for (const auto& result : results) {
    if (refused_.contains(result.id)) return fail(ErrorCode::kInvalidInput, "the fake database refuses this row");
  }
  std::size_t finished = 0;
  for (const auto& result : results) {
    const auto found = rows_.find(result.id);
    if (found == rows_.end()) continue;
    const auto& row = found->second;
    const bool in_time =
        row.status == Status::kExpired && result.status != Status::kExpired && result.finished <= row.request.deadline;
    if (row.status != Status::kPending && !in_time) continue;
    found->second.status = result.status;
    found->second.result = result;
    ++finished;
  }
  changed_.notify_all();
  return finished;
}

base::Result<std::vector<RequestRecord>> FakeRecommendationStore::take_due(base::Time due_by, base::Time now,
                                                                           std::chrono::milliseconds again_after,
                                                                           std::size_t max_count) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  std::vector<Row*> due;
  for (auto& [id, row] : rows_) {
    if (row.status == Status::kPending && row.due <= due_by && row.request.deadline >= now) due.push_back(&row);
  }
  std::ranges::stable_sort(due, {}, [](const Row* row) { return row->request.created; });
  if (due.size() > max_count) due.resize(max_count);
  std::vector<RequestRecord> requests;
  for (auto* row : due) {
    const auto doublings = std::min<std::uint32_t>(row->request.attempt - 1, 16);
    row->due = now + std::min<std::chrono::milliseconds>(again_after * (1U << doublings), std::chrono::minutes(1));
    ++row->request.attempt;
    requests.push_back(row->request);
  }
  return requests;
}

base::Result<std::vector<ResultRecord>> FakeRecommendationStore::expire(base::Time before, base::Time now,
                                                                        std::size_t max_count) {
  if (const auto entered = outage_.enter(); !entered) return base::Failure(entered.error());
  const std::scoped_lock lock(mutex_);
  std::vector<ResultRecord> results;
  for (auto& [id, row] : rows_) {
    if (results.size() == max_count) break;
    if (row.status != Status::kPending || row.request.deadline >= before) continue;
    row.status = Status::kExpired;
    row.result = expired(row.request, now);
    results.push_back(row.result);
  }
  changed_.notify_all();
  return results;
}

void FakeRecommendationStore::refuse(const base::Uuid& id) {
  const std::scoped_lock lock(mutex_);
  refused_.insert(id);
}

void FakeRecommendationStore::set_history(std::string user, std::vector<std::string> history) {
  const std::scoped_lock lock(mutex_);
  histories_[std::move(user)] = std::move(history);
}

void FakeRecommendationStore::add(RequestRecord request, base::Time due) {
  const std::scoped_lock lock(mutex_);
  auto& row = rows_[request.id];
  row.request = std::move(request);
  row.due = due;
}

ResultRecord FakeRecommendationStore::to_result(const Row& row) {
  auto result = row.result;
  result.id = row.request.id;
  result.user = row.request.user;
  result.status = row.status;
  result.created = row.request.created;
  result.deadline = row.request.deadline;
  result.traceparent = row.request.traceparent;
  return result;
}

std::optional<ResultRecord> FakeRecommendationStore::row(const base::Uuid& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end()) return std::nullopt;
  return to_result(found->second);
}

std::size_t FakeRecommendationStore::rows(Status status) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_, [&](const auto& row) { return row.second.status == status; }));
}

std::vector<std::size_t> FakeRecommendationStore::batches() const {
  const std::scoped_lock lock(mutex_);
  return batches_;
}

bool FakeRecommendationStore::await_final(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] {
    return static_cast<std::size_t>(std::ranges::count_if(
               rows_, [](const auto& row) { return row.second.status != Status::kPending; })) >= count;
  });
}

}  // namespace sasrec::test
