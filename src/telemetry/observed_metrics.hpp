#pragma once

namespace sasrec::telemetry {

/// A gauge that is asked for at each scrape (Metrics::observe): its name and what is said of it.
struct ObservedMetric {
  const char* name;
  const char* help;
};

inline constexpr ObservedMetric kOpenConnections{"sasrec_http_open_connections", "Connections that are open"};
/// label queue
inline constexpr ObservedMetric kQueueDepth{"sasrec_queue_depth", "What waits and isn't taken up yet"};
/// label topic
inline constexpr ObservedMetric kBusLag{"sasrec_bus_lag_records",
                                        "Records that the group which reads the topic has not acknowledged"};
/// label dependency: "database", "bus"
inline constexpr ObservedMetric kDependencyUp{"sasrec_dependency_up",
                                              "Whether it answered when it was last asked: 1 or 0"};
inline constexpr ObservedMetric kConnectionsInUse{"sasrec_database_connections_in_use",
                                                  "Connections for blocking calls that are in use"};
inline constexpr ObservedMetric kConnectionsLimit{"sasrec_database_connections_limit",
                                                  "Most connections for blocking calls"};

}  // namespace sasrec::telemetry
