{# The first day that an incremental model computes anew, as a literal, so that the planner knows how few rows that is.
   Everything if the table is not there yet. #}
{% macro renewed_from() -%}
  {%- set renewal = ref("int_renewal") -%}
  {%- if execute and is_incremental() -%}
    '{{ run_query("select renewed_from::text from " ~ renewal).columns[0].values()[0] }}'::date
  {%- else -%}
    '-infinity'::date
  {%- endif -%}
{%- endmacro %}

{# Before the new rows come, in their transaction: the old ones of the days that are renewed go. #}
{% macro delete_renewed() -%}
  {%- if is_incremental() -%}
    delete from {{ this }} where {{ config.get("meta", {}).get("renewed_by", "date") }} >= {{ renewed_from() }}
  {%- endif -%}
{%- endmacro %}
