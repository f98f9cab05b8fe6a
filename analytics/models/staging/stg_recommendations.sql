-- One row per request, whatever became of it.
select
  id as request_id,
  user_id,
  created as created_at,
  {{ day_of('created') }} as date,
  status,
  model as model_version,
  source,
  items,
  coalesce(cardinality(items), 0) as item_count,
  attempts,
  finished as finished_at,
  case when status = 'done' then extract(epoch from finished - created)::double precision * 1000 end as latency_ms
from {{ source('service', 'recommendations') }}
