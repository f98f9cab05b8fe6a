import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exampleRequest, resolver, scopeOf, toAddress, toCurl } from '../../docs/api/example.js';
import { parseYaml } from '../../docs/api/yaml.js';

interface Operation {
  operationId: string;
  security?: unknown[];
}

const spec = parseYaml(readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
const resolve = resolver(spec);
const operations = Object.entries(spec.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
);

describe('the page of the API', () => {
  for (const { method, path, operation } of operations) {
    it(`has an example for ${method} ${path}`, () => {
      const { parameters, values, body } = exampleRequest(path, operation, resolve);
      const { target, headers } = toAddress(path, parameters, values);
      expect(target).not.toMatch(/[{}]|undefined/);
      const curl = toCurl({ origin: 'http://127.0.0.1:8080', method, target, headers, body, withKey: false });
      expect(curl).toMatch(/^curl /);
      expect(curl).not.toContain('undefined');
      if (body !== null) expect(() => JSON.parse(body) as unknown).not.toThrow();
      const scope = scopeOf(operation, spec);
      if (path.startsWith('/v1/')) expect(['read', 'predict', 'ingest', 'admin', 'metrics']).toContain(scope);
    });
  }

  it('writes a line that a shell takes as it is meant, without the key', () => {
    const line = (more: object) =>
      toCurl({ origin: 'http://127.0.0.1:8080', method: 'get', target: '/v1/popular', headers: {}, body: null, withKey: false, ...more });
    expect(line({})).toBe('curl http://127.0.0.1:8080/v1/popular');
    expect(line({ target: '/v1/items?query=it%27s&limit=2' })).toBe("curl 'http://127.0.0.1:8080/v1/items?query=it%27s&limit=2'");
    expect(line({ method: 'post', target: '/v1/x', body: '{ "user": "it\'s" }' })).toBe(
      `curl http://127.0.0.1:8080/v1/x --json '{"user":"it'\\''s"}'`,
    );
    expect(line({ method: 'put', body: '{}' })).toContain("-X PUT");
    expect(line({ method: 'delete' })).toContain('-X DELETE');
    expect(line({ withKey: true })).toContain('-H "Authorization: Bearer $KEY"');
  });

  it('encodes what stands in a path, and leaves out what is empty', () => {
    const parameters = [{ name: 'id', in: 'path' }, { name: 'limit', in: 'query' }, { name: 'Prefer', in: 'header' }];
    expect(toAddress('/v1/users/{id}/history', parameters, { id: 'a/b ä', limit: '', Prefer: 'wait=5' })).toEqual({
      target: '/v1/users/a%2Fb%20%C3%A4/history',
      headers: { Prefer: 'wait=5' },
    });
  });
});
