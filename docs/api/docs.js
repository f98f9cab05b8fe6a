// Shows /openapi.yaml as a page. Needs nothing from elsewhere.
import { resolver, scopeOf } from '/docs/example.js';
import { tryIt, watchKey } from '/docs/try.js';
import { parseYaml } from '/docs/yaml.js';

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function page(spec) {
  const resolve = resolver(spec);
  const key = document.getElementById('key');

  /** Text with `code` and **strong**, in paragraphs. */
  const prose = (text) => (text ?? '').split(/\n\s*\n/).filter((part) => part.trim()).map((part) => {
    const paragraph = make('p');
    for (const piece of part.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
      if (piece.startsWith('`')) paragraph.append(make('code', {}, piece.slice(1, -1)));
      else if (piece.startsWith('**')) paragraph.append(make('strong', {}, piece.slice(2, -2)));
      else paragraph.append(piece);
    }
    return paragraph;
  });

  const typeOf = (given) => {
    const schema = resolve(given) ?? {};
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    const alternatives = schema.oneOf ?? schema.anyOf;
    if (alternatives && !schema.type) return alternatives.map(typeOf).join(' or ');
    if (schema.type === 'array') return `array of ${typeOf(schema.items)}`;
    return [schema.type ?? 'any'].flat().join(' or ');
  };
  const bounds = (schema) => {
    const words = [];
    if (schema.minimum !== undefined && schema.maximum !== undefined) words.push(`${schema.minimum} to ${schema.maximum}`);
    if (schema.maxItems !== undefined) words.push(`${schema.minItems ?? 0} to ${schema.maxItems} elements`);
    if (schema.format === 'uuid') words.push('a UUID');
    if (schema.default !== undefined) words.push(`default ${JSON.stringify(schema.default)}`);
    return words.join(', ');
  };

  const fields = (given) => {
    const schema = resolve(given) ?? {};
    if (schema.type === 'array') return fields(schema.items);
    const list = make('ul', { class: 'fields' });
    for (const alternative of schema.properties ? [] : schema.oneOf ?? schema.anyOf ?? []) {
      const nested = fields(alternative);
      if (nested) list.append(make('li', {}, nested));
    }
    for (const [name, value] of Object.entries(schema.properties ?? {})) {
      const property = resolve(value);
      const notes = [typeOf(value), bounds(property), (schema.required ?? []).includes(name) ? 'required' : ''];
      const item = make('li', {}, make('code', {}, name), ' ',
        make('span', { class: 'quiet' }, notes.filter(Boolean).join(', ')), ...prose(property.description));
      const nested = fields(value);
      if (nested) item.append(nested);
      list.append(item);
    }
    return list.children.length ? list : null;
  };

  const contentOf = (message) => Object.entries(message?.content ?? {}).flatMap(([type, content]) => {
    const parts = [make('p', { class: 'quiet' }, type)];
    const nested = fields(content.schema);
    if (nested) parts.push(nested);
    if (content.example) parts.push(make('pre', { tabindex: '0' }, JSON.stringify(content.example, null, 2)));
    return parts;
  });

  const operation = (method, path, given) => {
    const scope = scopeOf(given, spec);
    const section = make('section', { id: given.operationId, 'aria-labelledby': `${given.operationId}-title` });
    section.append(make('h3', { id: `${given.operationId}-title` }, make('span', { class: `method ${method}` }, method.toUpperCase()), ' ', make('code', {}, path)),
      make('p', {}, make('strong', {}, given.summary), ' ',
        make('span', { class: 'scope' }, scope === null ? 'no key' : scope === '' ? 'any key' : `scope: ${scope}`)),
      ...prose((given.description ?? '').replace(/\s*Scope: \w+\.?\s*$/, '')));
    section.append(...tryIt({ make, method, path, operation: given, resolve, scope, key }));
    const parameters = (given.parameters ?? []).map(resolve);
    if (parameters.length) {
      const table = make('table');
      for (const parameter of parameters) {
        const schema = resolve(parameter.schema);
        const notes = [`in ${parameter.in}`, typeOf(schema), bounds(schema), parameter.required ? 'required' : ''];
        table.append(make('tr', {}, make('th', { scope: 'row' }, make('code', {}, parameter.name)),
          make('td', {}, make('span', { class: 'quiet' }, notes.filter(Boolean).join(', ')),
            ...prose(parameter.description ?? schema.description))));
      }
      section.append(make('h4', {}, 'Parameters'), table);
    }
    if (given.requestBody) section.append(make('h4', {}, 'Body'), ...contentOf(resolve(given.requestBody)));
    section.append(make('h4', {}, 'Answers'));
    for (const [status, response] of Object.entries(given.responses)) {
      const answer = resolve(response);
      const details = make('details', {}, make('summary', {}, make('code', {}, status), ' ', answer.description));
      for (const [name, value] of Object.entries(answer.headers ?? {})) {
        details.append(make('p', {}, make('code', {}, name), ' ', make('span', { class: 'quiet' }, resolve(value).description ?? '')));
      }
      details.append(...contentOf(answer));
      if (status.startsWith('2')) details.setAttribute('open', '');
      else details.className = 'refusal';
      section.append(details);
    }
    return section;
  };

  const main = document.getElementById('document');
  const contents = document.getElementById('contents');
  const shown = []; // of each route: its section, its link, and the words that find it
  const groups = [];
  main.replaceChildren(make('h1', {}, `${spec.info.title} ${spec.info.version}`),
    make('p', {}, spec.info.summary, ' ', make('a', { href: '/openapi.yaml' }, 'openapi.yaml')), ...prose(spec.info.description));
  for (const tag of spec.tags) {
    const list = make('ul');
    const heading = make('h2', {}, tag.name);
    const group = make('div', {}, heading, ...prose(tag.description));
    main.append(group);
    const title = make('p', { class: 'group' }, tag.name);
    contents.append(title, list);
    const members = [];
    for (const [path, methods] of Object.entries(spec.paths)) {
      for (const [method, given] of Object.entries(methods)) {
        if (!given.tags?.includes(tag.name)) continue;
        const section = operation(method, path, given);
        const link = make('li', {}, make('a', { href: `#${given.operationId}` }, make('span', { class: `method ${method}` }, method.toUpperCase()), ' ', path));
        group.append(section);
        list.append(link);
        // What every route refuses alike would find them all.
        const own = [...section.children].filter((part) => !part.classList.contains('refusal')).map((part) => part.textContent).join(' ');
        members.push({ section, link, words: `${method} ${tag.name} ${given.operationId} ${own}`.toLowerCase() });
      }
    }
    groups.push({ group, title, members });
    shown.push(...members);
  }

  const search = document.getElementById('search');
  const found = document.getElementById('found');
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { section, link, words: text } of shown) {
      const fits = words.every((word) => text.includes(word));
      section.hidden = link.hidden = !fits;
      if (fits) count += 1;
    }
    for (const { group, title, members } of groups) group.hidden = title.hidden = members.every(({ section }) => section.hidden);
    found.textContent = words.length === 0 ? '' : count === 0 ? 'No route has these words.' : `${count} of ${shown.length} routes`;
  });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    // A route of that name before others that only speak of it.
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const visible = shown.filter(({ section }) => !section.hidden);
    const named = visible.find(({ link }) => words.every((word) => link.textContent.toLowerCase().includes(word)));
    (named ?? visible[0])?.link.firstChild.focus();
  });
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function settle() {
  let theme = null;
  try {
    theme = localStorage.getItem('theme'); // as the page keeps it
  } catch {
    // storage may be forbidden
  }
  document.documentElement.dataset.theme = theme ?? 'system';
  watchKey(document.getElementById('key'));
  document.getElementById('routes').open = matchMedia('(min-width: 50.01rem)').matches;
}

try {
  settle();
  const response = await fetch('/openapi.yaml');
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  page(parseYaml(await response.text()));
} catch (error) {
  document.getElementById('document').textContent = `openapi.yaml can't be shown: ${error.message}`;
}
