#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "apps/service/answering.hpp"
#include "apps/service/core.hpp"
#include "apps/service/threads.hpp"
#include "apps/service/training_child.hpp"
#include "monitoring/monitor.hpp"
#include "serving/sweeper.hpp"
#include "serving/worker.hpp"
#include "serving/writer.hpp"
#include "store/queries/windows.hpp"
#include "telemetry/monitor_metrics.hpp"

namespace sasrec::apps {

// The roles without an API. Each runs threads between start() and stop(); stop() waits for what is in progress.

/// Answers requests from the bus.
class WorkerRole {
 public:
  WorkerRole(Core& core, Answering& answering);
  void start();
  void stop() { threads_.stop(); }

 private:
  Core& core_;
  Answering& answering_;
  std::vector<std::unique_ptr<serving::Worker>> workers_;
  Threads threads_;
};

/// Writes results, interactions and items to the database, and sees that each accepted request ends.
class WriterRole {
 public:
  WriterRole(Core& core, serving::Writer::Options options);
  void start();
  void stop();

 private:
  Core& core_;
  serving::Writer writer_;
  serving::Sweeper sweeper_;
  Threads writers_;
  Threads sweepers_;
};

/// Measures drift and online quality.
class MonitorRole {
 public:
  explicit MonitorRole(Core& core);
  void start();
  void stop() { threads_.stop(); }

 private:
  store::PostgresWindows windows_;
  telemetry::MonitorMetrics metrics_;
  monitoring::Monitor monitor_;
  Threads threads_;
};

/// Trains in a child process.
class TrainerRole {
 public:
  TrainerRole(Core& core, std::filesystem::path program);
  void start();
  void stop() { threads_.stop(); }

 private:
  Core& core_;
  TrainingChild child_;
  Threads threads_;
};

}  // namespace sasrec::apps
