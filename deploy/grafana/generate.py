#!/usr/bin/env python3
"""Writes the dashboards of deploy/grafana/dashboards/ with Grafana's foundation SDK. A test holds what is committed against it.

usage: deploy/grafana/generate.py [FOLDER]   (in the Python environment that tools/setup.sh check makes of deploy/grafana/requirements.txt)
"""

import sys
from pathlib import Path

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard as Builder
from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.builders.prometheus import Dataquery as PrometheusQuery
from grafana_foundation_sdk.cog.builder import Builder as AnyBuilder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos, VariableOption, VariableRefresh, VariableSort
from grafana_foundation_sdk.models.prometheus import QueryEditorMode

SELECT = 'job=~"$job", instance=~"$instance"'
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
POSTGRES = DataSourceRef(type_val="postgres", uid="${database}")


def rate(metric, labels="", by=""):
    inner = f"rate({metric}{{{SELECT}{', ' + labels if labels else ''}}}[$__rate_interval])"
    return f"sum by ({by}) ({inner})" if by else f"sum({inner})"


def gauge(metric, labels="", by="", how="max"):
    return f"{how} by ({by}) ({metric}{{{SELECT}{', ' + labels if labels else ''}}})"


def quantiles(metric, by="", labels=""):
    group = f"le, {by}" if by else "le"
    legend = f"{{{{{by}}}}} " if by else ""
    return [
        (f"histogram_quantile({q}, {rate(metric + '_bucket', labels, group)})", f"{legend}p{round(q * 100)}") for q in (0.5, 0.99)
    ]


class SqlQuery(Dataquery, AnyBuilder):
    """A query to PostgreSQL; the SDK has none of its own."""

    def __init__(self, letter, text):
        self.letter, self.text = letter, text

    def build(self):
        return self

    def to_json(self):
        return {
            "refId": self.letter, "datasource": POSTGRES, "rawSql": self.text, "rawQuery": True, "editorMode": "code", "format": "time_series",
        }  # fmt: skip


class Dashboard:
    def __init__(self, name, title, description, sql=False):
        self.name, self.sql, self.count, self.at = name, sql, 0, [0, 0]
        self.builder = (
            Builder(title).uid(f"sasrec-{name}").description(description).tags(["sasrec"]).readonly().timezone("utc")
            .refresh("5m" if sql else "30s").time("now-30d" if sql else "now-3h", "now")
        )  # fmt: skip
        if sql:
            self.builder.with_variable(DatasourceVariable("database").label("PostgreSQL").type("postgres"))
        else:
            self.builder.with_variable(DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
            self.builder.with_variable(self.variable("job")).with_variable(self.variable("instance"))

    @staticmethod
    def variable(label):
        scope = '{job=~"$job"}' if label == "instance" else ""
        query = {"query": f"label_values(process_start_time_seconds{scope}, {label})", "refId": "A"}
        every = VariableOption(text="All", value="$__all")
        return (
            QueryVariable(label).label(label).datasource(PROMETHEUS).query(query).multi(True).include_all(True).all_value(".+")
            .current(every).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)
        )  # fmt: skip

    def panel(self, title, unit, description, *targets):
        """targets: (expression, legend), or SQL texts. Two panels a row."""
        width = 12
        x, y = self.at
        if x + width > 24:
            x, y = 0, y + 8
        self.at = [x + width, y]
        self.count += 1
        legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True)
        panel = timeseries.Panel().id(self.count).title(title).description(description).unit(unit).min(0).line_width(1).legend(legend)
        panel.datasource(POSTGRES if self.sql else PROMETHEUS).grid_pos(GridPos(x=x, y=y, w=width, h=8))
        for letter, target in zip("ABCDEFGH", targets):
            if self.sql:
                panel.with_target(SqlQuery(letter, target))
            else:
                query = PrometheusQuery().expr(target[0]).legend_format(target[1]).editor_mode(QueryEditorMode.CODE).range()
                panel.with_target(query.ref_id(letter).datasource(PROMETHEUS))
        self.builder.with_panel(panel)

    def text(self):
        return JSONEncoder(sort_keys=True, indent=1).encode(self.builder.build()) + "\n"


def service():
    board = Dashboard("service", "sasrec: service", "What the HTTP API answers, how fast, and what the processes take.")
    board.panel("Requests", "reqps", "HTTP requests by route.", (rate("sasrec_http_requests_total", by="route"), "{{route}}"))
    board.panel("Answers by status", "reqps", "HTTP answers by their status. 5xx count against the objective of 99.9 %.",
                (rate("sasrec_http_requests_total", by="status"), "{{status}}"))
    board.panel("Share of 5xx", "percentunit", "Of the API's requests; the alerts look at an hour and at six.",
                (f'job:sasrec_http_errors:ratio_rate5m{{job=~"$job"}}', "{{job}}"))
    board.panel("HTTP latency", "s", "From a request's last byte to its answer's last byte, waiting for results included.",
                *quantiles("sasrec_http_request_duration_seconds", "route", 'route=~"/v1/.*"'))
    board.panel("From request to answer", "s", "From when the api took a request to its computed answer. Objective: 99 % within 100 ms.",
                *quantiles("sasrec_answer_duration_seconds"))
    board.panel("Stages of an answer, p99", "s", "Where the time of a request goes.",
                quantiles("sasrec_stage_duration_seconds", "stage")[1])
    board.panel("Refused", "reqps", "Turned away before they were looked at, by reason.", (rate("sasrec_http_refused_total", by="reason"), "{{reason}}"))
    board.panel("Connections", "short", "Open HTTP connections.", (gauge("sasrec_http_open_connections", by="instance"), "{{instance}}"))
    board.panel("Processor", "percentunit", "Cores in use by process.", (rate("process_cpu_seconds_total", by="instance"), "{{instance}}"))
    board.panel("Memory", "bytes", "Resident memory by process.", (gauge("process_resident_memory_bytes", by="instance"), "{{instance}}"))
    board.panel("Threads", "short", "Threads by process.", (gauge("process_threads", by="instance"), "{{instance}}"))
    board.panel("Open files", "percentunit", "Open files and sockets as a share of the limit.",
                (f'{gauge("process_open_fds", by="instance")} / {gauge("process_max_fds", by="instance")}', "{{instance}}"))
    return board


def pipeline():
    board = Dashboard("pipeline", "sasrec: pipeline", "What is between a request and its row: database, bus, workers, writers, sweeper.")
    board.panel("Reachable", "bool_yes_no", "Whether database and bus answer.",
                (gauge("sasrec_dependency_up", by="instance, dependency", how="min"), "{{instance}} {{dependency}}"))
    board.panel("Bus lag", "short", "Records that the group which reads a topic has not acknowledged.",
                (gauge("sasrec_bus_lag_records", by="topic"), "{{topic}}"))
    board.panel("Queues", "short", "What waits and isn't taken up yet.", (gauge("sasrec_queue_depth", by="queue"), "{{queue}}"))
    board.panel("Results", "ops", "Results that workers computed, by status.", (rate("sasrec_results_total", by="status"), "{{status}}"))
    board.panel("Accepted and written", "ops", "In the long run both are the same.",
                (rate("sasrec_requests_accepted_total"), "accepted"), (rate("sasrec_results_written_total"), "final in the database"))
    board.panel("Interactions", "ops", "Interactions that were stored from the bus.", (rate("sasrec_interactions_written_total"), "stored"))
    board.panel("Sweeper", "ops", "Requests published again, and ended at their deadline.",
                (rate("sasrec_sweeper_republished_total"), "published again"), (rate("sasrec_sweeper_expired_total"), "expired"),
                (rate("sasrec_requests_unpublished_total"), "not taken by the bus at once"))
    board.panel("Dead letters", "ops", "Records that could not be read.", (rate("sasrec_dead_letters_total", by="topic"), "{{topic}}"))
    board.panel("Batches", "short", "Requests that a worker took up together, on average.",
                (f'{rate("sasrec_worker_batch_size_sum")} / {rate("sasrec_worker_batch_size_count")}', "mean"))
    board.panel("Database time, p99", "s", "Of a transaction by what it does.", quantiles("sasrec_database_duration_seconds", "operation")[1])
    board.panel("Database retries", "ops", "Tries after the first.", (rate("sasrec_store_retries_total", by="operation"), "{{operation}}"))
    board.panel("Connections in use", "short", "Of those for blocking calls.", (gauge("sasrec_database_connections_in_use", by="instance"), "{{instance}}"),
                (gauge("sasrec_database_connections_limit", by="instance"), "{{instance}} limit"))
    return board


def model():
    board = Dashboard("model", "sasrec: model and drift", "Which model serves, what it knows of today's users, and whether they choose what it says.")
    board.panel("Served version", "short", "1 for the version that each process serves.", (gauge("sasrec_model_info", by="instance, version"), "{{instance}} {{version}}"))
    board.panel("Age of the model", "s", "Since the version that is served was made.",
                (f'time() - {gauge("sasrec_model_created_timestamp_seconds", by="instance")}', "{{instance}}"))
    board.panel("Loads", "ops", "Versions that were loaded, or could not be.", (rate("sasrec_model_loads_total", by="outcome"), "{{outcome}}"))
    board.panel("Training", "percentunit", "How far the newest training is, and its best validation NDCG@10 so far.",
                (gauge("sasrec_training_progress_ratio", by="job"), "epochs done"), (gauge("sasrec_training_validation_ndcg_ratio", by="job"), "NDCG@10"))
    board.panel("Trainings", "ops", "Runs that ended: promoted, rejected by the gate, failed.", (rate("sasrec_training_runs_total", by="state"), "{{state}}"))
    board.panel("Share of popular answers", "percentunit", "Answers that the model had no part in, of all.",
                ('job:sasrec_fallback:ratio_rate5m{job=~"$job"}', "{{job}}"))
    board.panel("Unknown items an answer", "short", "Items of histories that the model doesn't know, for each answer.",
                (f'{rate("sasrec_unknown_items_total")} / {rate("sasrec_answers_total")}', "unknown"))
    board.panel("Drift: how near to the threshold", "percentunit", "Distance of the last window as a share of its threshold: an alarm is two windows beyond 1.",
                (f'{gauge("sasrec_drift_distance", by="feature, statistic")} / {gauge("sasrec_drift_threshold", by="feature, statistic")}', "{{feature}} {{statistic}}"))
    board.panel("Drift alarms", "bool_yes_no", "1: two windows in a row beyond the threshold.", (gauge("sasrec_drift_alarm", by="feature"), "{{feature}}"))
    board.panel("Observations a window", "short", "Fewer than 50 are not judged.", (gauge("sasrec_drift_observations", by="feature"), "{{feature}}"))
    board.panel("Reference windows", "short", "From ten on a feature is judged.", (gauge("sasrec_drift_reference_windows", by="feature"), "{{feature}}"))
    board.panel("Hit rate @10", "percentunit", "Of what users chose next, the share that stood in what was recommended before, beside popularity on the same events.",
                (gauge("sasrec_online_hit_ratio", 'k="10"', "version, ranker"), "{{version}} {{ranker}}"))
    board.panel("MRR @10", "percentunit", "Mean reciprocal rank of what users chose next.", (gauge("sasrec_online_reciprocal_rank", by="version, ranker"), "{{version}} {{ranker}}"))
    board.panel("Label coverage and click-through", "percentunit", "Shares of answers that something followed, and that a click with their id followed.",
                (gauge("sasrec_online_label_coverage_ratio", by="version"), "{{version}} followed"), (gauge("sasrec_online_click_ratio", by="version"), "{{version}} clicked"))
    board.panel("What is recommended", "percentunit", "Coverage of the model's items, and how unequally they are recommended (Gini).",
                (gauge("sasrec_recommended_coverage_ratio", by="instance"), "coverage"), (gauge("sasrec_recommended_gini_ratio", by="instance"), "Gini"))
    board.panel("Monitor", "s", "How long the last window took to read.", (gauge("sasrec_monitor_read_seconds", by="instance"), "{{instance}}"))
    return board


def business():
    board = Dashboard("business", "sasrec: business", "The marts, renewed every hour (docs/analytics.md).", sql=True)

    def daily(title, unit, description, *columns):
        names = ", ".join(f'{column} AS "{label}"' for column, label in columns)
        board.panel(title, unit, description, f"SELECT date::timestamp AS time, {names} FROM analytics.dm_daily_stats WHERE $__timeFilter(date) ORDER BY date")

    daily("Active users", "short", "Users with interactions: of a day, of a week, of 30 days.", ("dau", "day"), ("wau", "week"), ("mau", "30 days"))
    daily("New users", "short", "Users of whom nothing was known before.", ("new_users", "new"))
    daily("Stickiness", "percentunit", "Users of a day as a share of those of 30 days.", ("stickiness", "DAU/MAU"))
    daily("Interactions and predictions", "short", "A day's.", ("interactions", "interactions"), ("predictions", "predictions"))
    daily("Click-through", "percentunit", "Answers with a click, as a share of those that were done.", ("ctr", "clicked"), ("named_ctr", "clicked, with the answer's id"))
    daily("Answers without the model", "percentunit", "Share of answers that were what is popular.", ("fallback_share", "popular"))
    daily("Latency", "ms", "From request to answer.", ("latency_p50_ms", "p50"), ("latency_p95_ms", "p95"), ("latency_p99_ms", "p99"))
    daily("Sessions", "short", "A day's, and how many interactions each had.", ("sessions", "sessions"), ("interactions_per_session", "interactions each"))
    return board


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "dashboards"
    for board in (service(), pipeline(), model(), business()):
        (folder / f"{board.name}.json").write_text(board.text())


if __name__ == "__main__":
    main()
