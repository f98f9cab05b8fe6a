# Grafana's foundation SDK, which writes the dashboards.
dashboards=${SASREC_DASHBOARDS:-$cache/dashboards}
dashboards_list=$tools/../deploy/grafana/requirements.txt

dashboards_is_there() { environment_is_there "$dashboards" "$dashboards_list"; }
install_dashboards() { install_environment "$dashboards" "$dashboards_list" "Grafana's foundation SDK (5 MB)"; }
