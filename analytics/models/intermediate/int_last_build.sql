-- Written when every mart has been: the next build renews what has come since this one started.
{{ config(materialized='table') }}
-- depends_on: {{ ref('dm_daily_stats') }} {{ ref('dm_model_daily') }} {{ ref('dm_item_daily') }}
-- depends_on: {{ ref('dm_retention') }} {{ ref('dm_pipeline_daily') }}
select
  started_at,
  '{{ var("time_zone") }}'::text as time_zone
from {{ ref('int_renewal') }}
