with arrivals as (
  select
    date,
    count(*) as interactions,
    max(occurred_at) as newest_interaction,
    max(received_at) as last_received,
    round((percentile_cont(0.5) within group (order by extract(epoch from received_at - occurred_at)::double precision))::numeric, 3)
      as delay_p50_seconds,
    round((percentile_cont(0.95) within group (order by extract(epoch from received_at - occurred_at)::double precision))::numeric, 3)
      as delay_p95_seconds,
    count(*) filter (where {{ day_of('received_at') }} > date) as late_interactions
  from {{ ref('stg_interactions') }}
  where occurred_at >= {{ start_of(renewed_from()) }} and occurred_at < {{ now() }}
  group by date
),

dead_letters as (
  select date, sum(increase)::bigint as dead_letters
  from {{ ref('stg_dead_letter_counts') }}
  where date >= {{ renewed_from() }}
  group by date
)

select
  daily.date,
  arrivals.newest_interaction,
  arrivals.last_received,
  arrivals.delay_p50_seconds,
  arrivals.delay_p95_seconds,
  coalesce(arrivals.late_interactions, 0) as late_interactions,
  daily.predictions as requests,
  coalesce(requests.attempts, 0) as attempts,
  coalesce(requests.most_attempts, 0) as most_attempts,
  coalesce(requests.retried, 0) as retried,
  daily.pending,
  daily.failed,
  daily.expired,
  dead_letters.dead_letters
from {{ ref('dm_daily_stats') }} as daily
left join arrivals on arrivals.date = daily.date
left join {{ ref('int_requests_daily') }} as requests on requests.date = daily.date
left join dead_letters on dead_letters.date = daily.date
where daily.date >= {{ renewed_from() }}
