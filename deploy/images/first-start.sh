#!/bin/bash
# What has to be done once before the service can run, and does no harm when done again: tables, keys, and where there is no
# model yet a log to learn from.
#   SAMPLE   folder with ratings.csv and movies.csv (default: the sample in this image); none: nothing is imported
set -euo pipefail

sasrec migrate
sasrec key create admin --scopes read,predict,ingest,admin,metrics --from /run/secrets/admin_key
sasrec key create metrics --scopes metrics --from /run/secrets/metrics_key

checkpoints=${SASREC_CHECKPOINTS:?}
sample=${SAMPLE:-/usr/share/sasrec/sample}
if [[ -e $checkpoints/CURRENT ]]; then
  echo "there is a model: $(cat "$checkpoints/CURRENT")"
elif [[ $sample == none ]]; then
  echo "no sample is wanted: answers are what is popular until the first training"
else
  sasrec import --data "$sample/ratings.csv" --items "$sample/movies.csv"
  sasrec-trainer train --data "$sample/ratings.csv" --checkpoints "$checkpoints"
fi
