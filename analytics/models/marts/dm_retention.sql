-- A row is a cohort in one of its weeks, dated by that week: only weeks that may have changed are counted anew.
{{ config(meta={'renewed_by': 'activity_week + 6'}) }}

with activity as (
  select distinct user_id, {{ week_of('date') }} as activity_week
  from {{ ref('stg_interactions') }}
  where occurred_at >= {{ start_of(week_of(renewed_from())) }} and occurred_at < {{ now() }}
),

users as (
  select distinct user_id from activity
),

cohorts as (
  select
    users.user_id,
    {{ week_of('first_interaction.date') }} as cohort_week
  from users
  cross join lateral (
    select date from {{ ref('stg_interactions') }} as i
    where i.user_id = users.user_id
    order by i.occurred_at
    limit 1
  ) as first_interaction
),

renewed as (
  select c.cohort_week, a.activity_week, count(*) as active_users
  from activity as a
  inner join cohorts as c on c.user_id = a.user_id
  group by c.cohort_week, a.activity_week
),

-- In its first week all of a cohort are active.
sizes as (
  select cohort_week, active_users as cohort_size from renewed where activity_week = cohort_week
  {%- if is_incremental() %}
  union all
  select cohort_week, cohort_size from {{ this }}
  where week_number = 0 and activity_week + 6 < {{ renewed_from() }}
  {%- endif %}
)

select
  r.cohort_week,
  ((r.activity_week - r.cohort_week) / 7)::integer as week_number,
  r.activity_week,
  s.cohort_size,
  r.active_users,
  {{ share('r.active_users', 's.cohort_size') }} as retention
from renewed as r
inner join sizes as s on s.cohort_week = r.cohort_week
