-- Requests by the day they came.
with clicked as (
  select request_id, bool_or(is_named) as is_named
  from {{ ref('int_recommendation_clicks') }}
  where date >= {{ renewed_from() }}
  group by request_id
)

select
  r.date,
  count(*) as predictions,
  count(*) filter (where r.status = 'done') as done,
  count(*) filter (where r.status = 'failed') as failed,
  count(*) filter (where r.status = 'expired') as expired,
  count(*) filter (where r.status = 'pending') as pending,
  count(*) filter (where r.source = 'popular') as fallbacks,
  round((percentile_cont(0.5) within group (order by r.latency_ms))::numeric, 3) as latency_p50_ms,
  round((percentile_cont(0.95) within group (order by r.latency_ms))::numeric, 3) as latency_p95_ms,
  round((percentile_cont(0.99) within group (order by r.latency_ms))::numeric, 3) as latency_p99_ms,
  string_agg(distinct r.model_version, ', ' order by r.model_version) as model_versions,
  count(clicked.request_id) as clicked,
  count(clicked.request_id) filter (where clicked.is_named) as clicked_by_name,
  count(*) filter (where r.attempts > 1) as retried,
  sum(r.attempts)::bigint as attempts,
  max(r.attempts) as most_attempts
from {{ ref('stg_recommendations') }} as r
left join clicked on clicked.request_id = r.request_id
where r.created_at >= {{ start_of(renewed_from()) }} and r.created_at < {{ now() }}
group by r.date
