// An example of a request, from what openapi.yaml says of its route, and as a line for curl.

/** Follows $ref: what stands beside it counts too. */
export function resolver(spec) {
  return function resolve(node) {
    if (!node?.$ref) return node;
    const target = node.$ref.slice(2).split('/').reduce((place, part) => place[part.replaceAll('~1', '/')], spec);
    const { $ref, ...beside } = node;
    return { ...resolve(target), ...beside };
  };
}

const firstOf = (examples) => {
  const first = Object.values(examples ?? {})[0];
  return first?.value ?? first;
};

/** A value of a schema: its own example, or the smallest one that is allowed. */
export function sample(given, resolve) {
  const schema = resolve(given) ?? {};
  for (const value of [schema.const, schema.example, firstOf(schema.examples), schema.default, schema.enum?.[0]]) {
    if (value !== undefined) return value;
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || schema.properties) {
    return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties?.[name], resolve)]));
  }
  const alternative = (schema.oneOf ?? schema.anyOf ?? [])[0];
  if (alternative) return sample(alternative, resolve);
  if (type === 'array') return [sample(schema.items, resolve)];
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  if (schema.format === 'uuid') return '00000000-0000-0000-0000-000000000000';
  if (schema.format === 'date-time') return '2026-11-22T15:30:00Z';
  return 'x';
}

/** Ids in the examples of openapi.yaml are u1 and i1; a path's parameter gets the one that fits. */
function pathValue(path, parameter, resolve) {
  const own = parameter.example ?? firstOf(parameter.examples) ?? resolve(parameter.schema)?.example;
  if (own !== undefined) return String(own);
  if (path.startsWith('/v1/users/')) return 'u1';
  if (path.startsWith('/v1/items/')) return 'i1';
  return resolve(parameter.schema)?.format === 'uuid' ? sample(parameter.schema, resolve) : parameter.name.toUpperCase();
}

/** The scope that a route's key needs; '' where any key or none will do; null where no key is asked for. */
export function scopeOf(operation, spec) {
  const security = operation.security ?? spec.security ?? [];
  const named = security.flatMap((one) => Object.values(one).flat());
  const told = /Scope: (\w+)/.exec(operation.description ?? '')?.[1];
  if (security.length === 0) return null;
  return operation['x-scope'] ?? named[0] ?? told ?? '';
}

/** What is asked as an example: values of the parameters that must be given, and the body as text (null: none). */
export function exampleRequest(path, operation, resolve) {
  const parameters = (operation.parameters ?? []).map(resolve);
  const values = {};
  for (const parameter of parameters) {
    if (parameter.in === 'path') values[parameter.name] = pathValue(path, parameter, resolve);
    else if (parameter.required) values[parameter.name] = String(sample(parameter.schema, resolve));
  }
  const content = Object.values(resolve(operation.requestBody)?.content ?? {})[0];
  const body = content ? content.example ?? firstOf(content.examples) ?? sample(content.schema, resolve) : undefined;
  return { parameters, values, body: body === undefined ? null : JSON.stringify(body, null, 2) };
}

/** Path and query, and the headers, with the values that are given; empty ones are left out. */
export function toAddress(path, parameters, values) {
  const query = new URLSearchParams();
  const headers = {};
  let target = path;
  for (const { name, in: place } of parameters) {
    const value = values[name] ?? '';
    if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '' && place === 'query') query.set(name, value);
    else if (value !== '' && place === 'header') headers[name] = value;
  }
  const text = query.toString();
  return { target: text ? `${target}?${text}` : target, headers };
}

const quoted = (text) => (/^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The same as a line for a shell. The key itself is never in it. */
export function toCurl({ origin, method, target, headers, body, withKey }) {
  const parts = ['curl', quoted(origin + target)];
  if (body !== null) {
    let compact = body;
    try {
      compact = JSON.stringify(JSON.parse(body));
    } catch {
      // as it was typed: the service will say what is wrong
    }
    parts.push('--json', quoted(compact));
  }
  if (method !== (body === null ? 'get' : 'post')) parts.splice(1, 0, '-X', method.toUpperCase());
  for (const [name, value] of Object.entries(headers)) parts.push('-H', quoted(`${name}: ${value}`));
  if (withKey) parts.push('-H', '"Authorization: Bearer $KEY"');
  return parts.join(' ');
}
