#pragma once

#include <stop_token>

#include "apps/service/answering.hpp"
#include "apps/service/core.hpp"
#include "apps/service/threads.hpp"
#include "http/services.hpp"
#include "serving/event_ring.hpp"
#include "serving/intake.hpp"
#include "serving/result_hub.hpp"
#include "serving/version_answers.hpp"

namespace sasrec::apps {

/// The role api, apart from its HTTP server: takes requests in, gives results to the clients that wait, and tells
/// watchers of the stream what happens.
class ApiRole {
 public:
  ApiRole(Core& core, Answering& answering, serving::EventRing& events);

  void start();
  void stop() { threads_.stop(); }

  /// For the server's handlers. Refers to this role, which must outlive the server.
  http::ApiServices services();

 private:
  void watch_training(const std::stop_token& stop);

  Core& core_;
  Answering& answering_;
  serving::EventRing& events_;
  serving::ResultHub hub_;
  serving::Intake intake_;
  serving::VersionAnswers versions_;
  Threads threads_;
};

}  // namespace sasrec::apps
