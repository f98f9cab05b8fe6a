#include "http/bodies/training_json.hpp"

#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "retraining/training_store.hpp"

namespace sasrec::http {
namespace {

namespace json = boost::json;

template <class T>
void add(json::object& object, std::string_view name, const std::optional<T>& value) {
  if (value) object[name] = *value;
}

void add(json::object& object, std::string_view name, const std::optional<base::Time>& time) {
  if (time) object[name] = base::format_time(*time);
}

}  // namespace

json::object run_json(const retraining::TrainingRun& run) {
  json::object object{{"id", run.id.text()},
                      {"state", to_string(run.state)},
                      {"cause", run.cause},
                      {"created", base::format_time(run.created)}};
  add(object, "started", run.started);
  add(object, "finished", run.finished);
  add(object, "interactions", run.interactions);
  add(object, "epoch", run.epoch);
  add(object, "epochs", run.epochs);
  add(object, "loss", run.loss);
  add(object, "ndcg", run.ndcg);
  add(object, "seconds_left", run.seconds_left);
  if (!run.version.empty()) object["version"] = run.version;
  if (!run.reason.empty()) object["reason"] = run.reason;
  return object;
}

}  // namespace sasrec::http
