{# The day that a moment belongs to. #}
{% macro day_of(moment) -%}
  (({{ moment }}) at time zone '{{ var("time_zone") }}')::date
{%- endmacro %}

{# The moment at which a day begins. #}
{% macro start_of(day) -%}
  (({{ day }})::timestamp at time zone '{{ var("time_zone") }}')
{%- endmacro %}

{% macro now() -%}
  ({{ var("now") }})::timestamptz
{%- endmacro %}

{% macro today() -%}
  {{ day_of(now()) }}
{%- endmacro %}

{# part / whole as numeric, six digits: the same whatever the order of the rows. Null where there is no whole. #}
{% macro share(part, whole) -%}
  round(({{ part }})::numeric / nullif({{ whole }}, 0), 6)
{%- endmacro %}

{# The Monday of a day's week. #}
{% macro week_of(day) -%}
  date_trunc('week', ({{ day }})::timestamp)::date
{%- endmacro %}

{# A row for each day, the first and the last included. #}
{% macro every_day(first, last) -%}
  generate_series(({{ first }})::timestamp, ({{ last }})::timestamp, interval '1 day')::date
{%- endmacro %}
