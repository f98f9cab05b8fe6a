// Shows /openapi.yaml as a page. Needs nothing from elsewhere.

/** Reads the part of YAML that openapi.yaml is written in: block and flow collections, scalars, | and > texts, comments. */
export function parseYaml(text) {
  const lines = text.split('\n');
  let at = 0;

  const isBlank = (line) => /^\s*(#.*)?$/.test(line);
  const indentOf = (line) => line.length - line.trimStart().length;
  const skipBlank = () => { while (at < lines.length && isBlank(lines[at])) at++; };

  function scalar(source) {
    const value = source.trim();
    if (value.startsWith("'")) return value.slice(1, -1).replaceAll("''", "'");
    if (value.startsWith('"')) return JSON.parse(value);
    if (value.startsWith('[') || value.startsWith('{')) return flow(value);
    if (value === 'true') return true;
    if (value === 'false') return false;
    if (value === 'null' || value === '~') return null;
    return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }

  /** [a, 'b, c', {d: 1}] */
  function flow(source) {
    let position = 0;
    const spaces = () => { while (source[position] === ' ') position++; };
    function value() {
      spaces();
      if (source[position] === '[') return list();
      if (source[position] === '{') return map();
      const begin = position;
      const quote = source[position];
      if (quote === "'" || quote === '"') {
        position++;
        while (source[position] !== quote || (quote === "'" && source[position + 1] === "'")) {
          position += source[position] === quote || source[position] === '\\' && quote === '"' ? 2 : 1;
        }
        position++;
      } else {
        while (position < source.length && !',]}:'.includes(source[position])) position++;
      }
      return scalar(source.slice(begin, position));
    }
    function list() {
      const result = [];
      position++;
      for (spaces(); source[position] !== ']'; spaces()) {
        result.push(value());
        spaces();
        if (source[position] === ',') position++;
      }
      position++;
      return result;
    }
    function map() {
      const result = {};
      position++;
      for (spaces(); source[position] !== '}'; spaces()) {
        const key = value();
        spaces();
        position++;
        result[key] = value();
        spaces();
        if (source[position] === ',') position++;
      }
      position++;
      return result;
    }
    return value();
  }

  /** The text after | or >, whose lines are indented deeper than `parent`. */
  function blockText(style, parent) {
    const taken = [];
    while (at < lines.length && (lines[at].trim() === '' || indentOf(lines[at]) > parent)) taken.push(lines[at++]);
    const indent = Math.min(...taken.filter((line) => line.trim()).map(indentOf));
    const body = taken.map((line) => line.slice(indent)).join('\n').trimEnd();
    return style.startsWith('>') ? body.replace(/([^\n])\n(?!\n)/g, '$1 ') : body;
  }

  function afterKey(rest, parent) {
    const value = rest.replace(/(^|\s)#.*$/, '').trim();
    if (/^[|>]-?$/.test(value)) return blockText(value, parent);
    if (value !== '') return scalar(rest.trim());
    skipBlank();
    if (at >= lines.length) return null;
    const indent = indentOf(lines[at]);
    // The elements of a list may stand as far left as their key.
    return indent > parent || (indent === parent && lines[at].trimStart().startsWith('- ')) ? block(indent) : null;
  }

  const keyOf = (line) => /^('(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s'"#-][^:]*?|-?[^\s:]+):(\s.*|)$/.exec(line);

  function block(indent) {
    if (lines[at].trimStart().startsWith('- ')) {
      const result = [];
      for (skipBlank(); at < lines.length && indentOf(lines[at]) === indent && lines[at].trimStart().startsWith('- '); skipBlank()) {
        const rest = lines[at].slice(indent + 2);
        if (keyOf(rest) && !/^['"[{]/.test(rest)) {
          lines[at] = ' '.repeat(indent + 2) + rest;
          result.push(block(indent + 2));
        } else {
          at++;
          result.push(scalar(rest));
        }
      }
      return result;
    }
    const result = {};
    for (skipBlank(); at < lines.length && indentOf(lines[at]) === indent; skipBlank()) {
      const match = keyOf(lines[at].slice(indent));
      if (!match) throw new Error(`line ${at + 1} can't be read: ${lines[at]}`);
      at++;
      result[scalar(match[1])] = afterKey(match[2], indent);
    }
    return result;
  }

  skipBlank();
  return block(indentOf(lines[at]));
}

function page(spec) {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const resolve = (node) => {
    if (!node?.$ref) return node;
    const target = node.$ref.slice(2).split('/').reduce((place, part) => place[part.replaceAll('~1', '/')], spec);
    const { $ref, ...beside } = node;
    return { ...resolve(target), ...beside };
  };

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
    if (schema.anyOf && !schema.type) return schema.anyOf.map(typeOf).join(' or ');
    if (schema.type === 'array') return `array of ${typeOf(schema.items)}`;
    return schema.type ?? 'any';
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
    for (const alternative of schema.properties ? [] : schema.anyOf ?? []) {
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
    if (content.example) parts.push(make('pre', {}, JSON.stringify(content.example, null, 2)));
    return parts;
  });

  const operation = (method, path, given) => {
    const section = make('section', { id: given.operationId });
    section.append(make('h3', {}, make('span', { class: `method ${method}` }, method.toUpperCase()), ' ', make('code', {}, path)),
      make('p', {}, make('strong', {}, given.summary)), ...prose(given.description));
    const parameters = (given.parameters ?? []).map(resolve);
    if (parameters.length) {
      const table = make('table');
      for (const parameter of parameters) {
        const schema = resolve(parameter.schema);
        const notes = [`in ${parameter.in}`, typeOf(schema), bounds(schema), parameter.required ? 'required' : ''];
        table.append(make('tr', {}, make('td', {}, make('code', {}, parameter.name)),
          make('td', {}, make('span', { class: 'quiet' }, notes.filter(Boolean).join(', ')),
            ...prose(parameter.description ?? schema.description))));
      }
      section.append(make('h4', {}, 'Parameters'), table);
    }
    if (given.requestBody) section.append(make('h4', {}, 'Body'), ...contentOf(given.requestBody));
    section.append(make('h4', {}, 'Answers'));
    for (const [status, response] of Object.entries(given.responses)) {
      const answer = resolve(response);
      const details = make('details', {}, make('summary', {}, make('code', {}, status), ' ', answer.description));
      for (const [name, value] of Object.entries(answer.headers ?? {})) {
        details.append(make('p', {}, make('code', {}, name), ' ', make('span', { class: 'quiet' }, resolve(value).description ?? '')));
      }
      details.append(...contentOf(answer));
      if (status.startsWith('2')) details.setAttribute('open', '');
      section.append(details);
    }
    return section;
  };

  const main = document.getElementById('document');
  const contents = document.getElementById('contents');
  main.replaceChildren(make('h1', {}, `${spec.info.title} ${spec.info.version}`),
    make('p', {}, spec.info.summary, ' ', make('a', { href: '/openapi.yaml' }, 'openapi.yaml')), ...prose(spec.info.description));
  for (const tag of spec.tags) {
    main.append(make('h2', {}, tag.name), ...prose(tag.description));
    contents.append(make('h2', {}, tag.name));
    for (const [path, methods] of Object.entries(spec.paths)) {
      for (const [method, given] of Object.entries(methods)) {
        if (!given.tags?.includes(tag.name)) continue;
        main.append(operation(method, path, given));
        contents.append(make('a', { href: `#${given.operationId}` },
          make('span', { class: `method ${method}` }, method.toUpperCase()), ' ', path));
      }
    }
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

if (globalThis.document) {
  try {
    const response = await fetch('/openapi.yaml');
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    page(parseYaml(await response.text()));
  } catch (error) {
    document.getElementById('document').textContent = `openapi.yaml can't be shown: ${error.message}`;
  }
}
