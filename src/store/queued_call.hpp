#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/done.hpp"
#include "base/result.hpp"
#include "store/connection.hpp"
#include "store/operation.hpp"

namespace sasrec::store {

class BatchOperation;

/// An asynchronous call that waits in a lane or is being tried.
class QueuedCall {
 public:
  QueuedCall(const BatchOperation& operation, std::size_t weight) : operation_(operation), weight_(weight) {}
  QueuedCall(const QueuedCall&) = delete;
  QueuedCall& operator=(const QueuedCall&) = delete;
  virtual ~QueuedCall() = default;

  virtual void fail(base::Error error) = 0;  ///< sets the outcome
  virtual void end() = 0;                    ///< gives the caller the outcome; once

  const BatchOperation& operation() const { return operation_; }
  std::size_t weight() const { return weight_; }  ///< rows, at least 1

  Deadline give_up{};                                              ///< set by the lane
  std::size_t together = std::numeric_limits<std::size_t>::max();  ///< most calls to be tried with
  std::size_t tries = 0;                                           ///< before: their effect may be there

 private:
  const BatchOperation& operation_;
  std::size_t weight_;
};

/// What the database does for all calls of one kind that wait together. Stateless: shared by all calls.
class BatchOperation {
 public:
  explicit BatchOperation(Operation name) : name_(name) {}
  BatchOperation(const BatchOperation&) = delete;
  BatchOperation& operator=(const BatchOperation&) = delete;
  virtual ~BatchOperation() = default;

  Operation name() const { return name_; }

  /// Validates the request without the database.
  virtual base::Result<void> check(const QueuedCall& call) const = 0;
  /// Does all in one transaction and sets their outcomes, or fails as a whole and sets none.
  virtual base::Result<void> run(Connection& connection, std::span<QueuedCall* const> calls,
                                 Deadline deadline) const = 0;

 private:
  Operation name_;
};

template <class Request>
struct Attempt {
  const Request* request;
  bool repeated;  ///< it was tried before, and its effect may be there
};

/// An operation on requests of one type, as two plain functions.
template <class Request, class Answer>
class BatchOperationOf final : public BatchOperation {
 public:
  using Check = base::Result<void> (*)(const Request&);
  using Answers = base::Result<std::vector<base::Result<Answer>>>;  // one for each request, in order
  using Run = Answers (*)(Connection&, std::span<const Attempt<Request>>, Deadline);

  /// checked_by   null: every request is valid
  BatchOperationOf(Operation name, Check checked_by, Run run_by)
      : BatchOperation(name), check_(checked_by), run_(run_by) {}

  std::unique_ptr<QueuedCall> queued(Request request, base::Done<Answer> done, std::size_t weight = 1) const {
    return std::make_unique<Queued>(*this, std::move(request), std::move(done), weight);
  }

  base::Result<void> check(const QueuedCall& call) const override {
    return check_ == nullptr ? base::Result<void>() : check_(queued_of(call).request);
  }

  base::Result<void> run(Connection& connection, std::span<QueuedCall* const> calls, Deadline deadline) const override {
    std::vector<Attempt<Request>> asked;
    asked.reserve(calls.size());
    for (const QueuedCall* call : calls) asked.push_back({&queued_of(*call).request, call->tries > 0});
    auto answers = run_(connection, asked, deadline);
    if (!answers) return base::Failure(std::move(answers.error()));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      static_cast<Queued*>(calls[i])->answer = std::move((*answers)[i]);
    }
    return {};
  }

 private:
  struct Queued final : QueuedCall {
    Queued(const BatchOperation& operation, Request asked, base::Done<Answer> callback, std::size_t weight)
        : QueuedCall(operation, weight), request(std::move(asked)), done(std::move(callback)) {}
    void fail(base::Error error) override { answer = base::Failure(std::move(error)); }
    void end() override { done(std::move(answer)); }

    Request request;
    base::Done<Answer> done;
    base::Result<Answer> answer = base::Failure(base::Error{});
  };

  static const Queued& queued_of(const QueuedCall& call) { return static_cast<const Queued&>(call); }

  Check check_;
  Run run_;
};

}  // namespace sasrec::store
