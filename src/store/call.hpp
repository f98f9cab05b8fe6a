#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/done.hpp"
#include "base/result.hpp"
#include "store/connection.hpp"

namespace sasrec::store {

class Work;

/// An asynchronous call on its way through a lane.
class Call {
 public:
  Call(const Work& work, std::size_t weight) : work_(work), weight_(weight) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  virtual void fail(base::Error error) = 0;  ///< sets the outcome
  virtual void end() = 0;                    ///< tells the caller the outcome; once

  const Work& work() const { return work_; }
  std::size_t weight() const { return weight_; }  ///< rows, at least 1

  Deadline give_up{};                                              ///< set by the lane
  std::size_t together = std::numeric_limits<std::size_t>::max();  ///< most calls to be tried with
  std::size_t tries = 0;                                           ///< before: their effect may be there

 private:
  const Work& work_;
  std::size_t weight_;
};

/// What is done with calls of one kind. Stateless: shared by all calls.
class Work {
 public:
  explicit Work(std::string_view name) : name_(name) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;

  std::string_view name() const { return name_; }

  /// What no database is needed for to say.
  virtual base::Result<void> check(const Call& call) const = 0;
  /// Does all in one transaction and sets their outcomes, or fails as a whole and sets none.
  virtual base::Result<void> run(Connection& connection, std::span<Call* const> calls, Deadline deadline) const = 0;

 private:
  std::string_view name_;
};

template <class Request>
struct Asked {
  const Request* request;
  bool repeated;  ///< it was tried before, and may have been written
};

/// Work on requests of one type, as two plain functions.
template <class Request, class Answer>
class WorkOf final : public Work {
 public:
  using Check = base::Result<void> (*)(const Request&);
  using Answers = base::Result<std::vector<base::Result<Answer>>>;  // one for each request, in order
  using Run = Answers (*)(Connection&, std::span<const Asked<Request>>, Deadline);

  WorkOf(std::string_view name, Check checked_by, Run run_by) : Work(name), check_(checked_by), run_(run_by) {}

  std::unique_ptr<Call> call(Request request, base::Done<Answer> done, std::size_t weight = 1) const {
    return std::make_unique<Waiting>(*this, std::move(request), std::move(done), weight);
  }

  base::Result<void> check(const Call& call) const override { return check_(waiting(call).request); }

  base::Result<void> run(Connection& connection, std::span<Call* const> calls, Deadline deadline) const override {
    std::vector<Asked<Request>> asked;
    asked.reserve(calls.size());
    for (const Call* call : calls) asked.push_back({&waiting(*call).request, call->tries > 0});
    auto answers = run_(connection, asked, deadline);
    if (!answers) return base::Failure(std::move(answers.error()));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      static_cast<Waiting*>(calls[i])->answer = std::move((*answers)[i]);
    }
    return {};
  }

 private:
  struct Waiting final : Call {
    Waiting(const Work& work, Request asked, base::Done<Answer> callback, std::size_t weight)
        : Call(work, weight), request(std::move(asked)), done(std::move(callback)) {}
    void fail(base::Error error) override { answer = base::Failure(std::move(error)); }
    void end() override { done(std::move(answer)); }

    Request request;
    base::Done<Answer> done;
    base::Result<Answer> answer = base::Failure(base::Error{});
  };

  static const Waiting& waiting(const Call& call) { return static_cast<const Waiting&>(call); }

  Check check_;
  Run run_;
};

}  // namespace sasrec::store
