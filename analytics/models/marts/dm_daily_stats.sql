with first_dates as (
  select min(date) as date from {{ ref('int_activity_daily') }}
  union all
  select min(date) from {{ ref('int_requests_daily') }}
),

-- Every day since the first, those without anything too.
dates as (
  select {{ every_day('greatest(min(date), ' ~ renewed_from() ~ ')', today()) }} as date
  from first_dates
  having min(date) is not null
)

select
  dates.date,
  coalesce(activity.dau, 0) as dau,
  coalesce(activity.wau, 0) as wau,
  coalesce(activity.mau, 0) as mau,
  {{ share('activity.dau', 'activity.mau') }} as stickiness,
  coalesce(activity.new_users, 0) as new_users,
  coalesce(activity.interactions, 0) as interactions,
  coalesce(requests.predictions, 0) as predictions,
  {{ share('coalesce(requests.predictions, 0)', 'activity.dau') }} as predictions_per_active_user,
  coalesce(requests.done, 0) as done,
  coalesce(requests.failed, 0) as failed,
  coalesce(requests.expired, 0) as expired,
  coalesce(requests.pending, 0) as pending,
  {{ share('requests.fallbacks', 'requests.done') }} as fallback_share,
  requests.latency_p50_ms,
  requests.latency_p95_ms,
  requests.latency_p99_ms,
  requests.model_versions,
  coalesce(requests.clicked, 0) as clicked,
  {{ share('requests.clicked', 'requests.done') }} as ctr,
  {{ share('requests.clicked_by_name', 'requests.done') }} as named_ctr,
  coalesce(sessions.sessions, 0) as sessions,
  sessions.median_session_seconds,
  sessions.interactions_per_session
from dates
left join {{ ref('int_activity_daily') }} as activity on activity.date = dates.date
left join {{ ref('int_requests_daily') }} as requests on requests.date = dates.date
left join {{ ref('int_sessions_daily') }} as sessions on sessions.date = dates.date
