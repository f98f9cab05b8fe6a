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
