-- Sessions by the day they began: a user's interactions without a longer silence between them.
with interactions as (
  select
    user_id,
    occurred_at,
    ordinal,
    occurred_at - lag(occurred_at) over (partition by user_id order by occurred_at, ordinal) as silence
  from {{ ref('stg_interactions') }}
  -- The time before is there to tell whether the first session of the first day began on it.
  where occurred_at >= {{ start_of(renewed_from()) }} - interval '{{ var("session_minutes") }} minutes'
    and occurred_at < {{ now() }}
),

numbered as (
  select
    user_id,
    occurred_at,
    count(*) filter (where silence is null or silence > interval '{{ var("session_minutes") }} minutes')
      over (partition by user_id order by occurred_at, ordinal) as session_number
  from interactions
),

sessions as (
  select
    {{ day_of('min(occurred_at)') }} as date,
    count(*) as interactions,
    extract(epoch from max(occurred_at) - min(occurred_at)) as seconds
  from numbered
  group by user_id, session_number
)

select
  date,
  count(*) as sessions,
  round(percentile_cont(0.5) within group (order by seconds::double precision)::numeric, 3) as median_session_seconds,
  {{ share('sum(interactions)', 'count(*)') }} as interactions_per_session
from sessions
where date >= {{ renewed_from() }}
group by date
