-- From which day on this build computes anew: the earliest day that may have changed since the last complete build,
-- and the days of the look-back before it.
{{ config(materialized='table') }}
-- depends_on: {{ ref('stg_interactions') }}
{%- set last_build = adapter.get_relation(this.database, this.schema, 'int_last_build') %}
{%- set daily = adapter.get_relation(this.database, this.schema, 'dm_daily_stats') %}

{%- if last_build and daily %}
with last_build as (
  select started_at - interval '{{ var("arrival_hours") }} hours' as seen_until, time_zone
  from {{ last_build }}
),

changed as (
  select {{ day_of('seen_until') }} as date from last_build
  union all
  select min(date) from {{ ref('stg_interactions') }} where received_at >= (select seen_until from last_build)
  union all
  -- Results that were still to come.
  select min(date) from {{ daily }} where pending > 0
)

select
  case
    when (select time_zone from last_build) = '{{ var("time_zone") }}'
      then (select least(min(date), {{ today() }}) from changed) - {{ var("lookback_days") }}
    else '-infinity'::date
  end as renewed_from,
  {{ now() }} as started_at
{%- else %}
select '-infinity'::date as renewed_from, {{ now() }} as started_at
{%- endif %}
