# dbt and a scheduler from Python's package index.
analytics=${SASREC_ANALYTICS:-$cache/analytics}
analytics_list=$tools/../analytics/requirements.txt

analytics_is_there() { environment_is_there "$analytics" "$analytics_list"; }
install_analytics() { install_environment "$analytics" "$analytics_list" "dbt (150 MB)"; }
