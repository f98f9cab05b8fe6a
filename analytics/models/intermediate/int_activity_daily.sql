-- How many users were active on each day, in the 7 days and in the 30 days that end with it, and how many for the first time.
-- Days that nothing counts for are left out.
with user_days as (
  -- The days before are for the windows only.
  select user_id, date, count(*) as interactions
  from {{ ref('stg_interactions') }}
  where occurred_at >= {{ start_of(renewed_from() ~ ' - 29') }} and occurred_at < {{ now() }}
  group by user_id, date
),

neighbours as (
  select
    user_id,
    date,
    interactions,
    lag(date) over (partition by user_id order by date) as previous_date,
    lead(date) over (partition by user_id order by date) as next_date
  from user_days
),

daily as (
  select date, count(*) as dau, sum(interactions)::bigint as interactions
  from neighbours
  group by date
),

new_users as (
  select n.date, count(*) as new_users
  from neighbours as n
  where n.previous_date is null
    and n.date >= {{ renewed_from() }}
    and not exists (
      select 1 from {{ ref('stg_interactions') }} as before
      where before.user_id = n.user_id and before.occurred_at < {{ start_of('n.date') }}
    )
  group by n.date
),

-- A user-day counts from its day until its window ends, or until the user's next day takes over.
changes as (
  select date, 1 as weekly, 1 as monthly from neighbours
  union all
  select least(date + 7, next_date), -1, 0 from neighbours
  union all
  select least(date + 30, next_date), 0, -1 from neighbours
),

changes_by_date as (
  select date, sum(weekly) as weekly, sum(monthly) as monthly
  from changes
  where date <= {{ today() }}
  group by date
),

windows as (
  select
    date,
    sum(weekly) over (order by date)::bigint as wau,
    sum(monthly) over (order by date)::bigint as mau,
    lead(date) over (order by date) as next_date
  from changes_by_date
),

-- Between two changes a window stays as it is.
dates as (
  select {{ every_day('min(date)', today()) }} as date from windows
)

select
  dates.date,
  coalesce(daily.dau, 0) as dau,
  windows.wau,
  windows.mau,
  coalesce(new_users.new_users, 0) as new_users,
  coalesce(daily.interactions, 0) as interactions
from dates
inner join windows on dates.date >= windows.date and (dates.date < windows.next_date or windows.next_date is null)
left join daily on daily.date = dates.date
left join new_users on new_users.date = dates.date
where dates.date >= {{ renewed_from() }} and windows.mau > 0
