// A form for one route: its curl line, and a button that sends the request to this service.
import { exampleRequest, toAddress, toCurl } from '/docs/example.js';

const kMostShown = 20_000; // characters of an answer

/** The key is kept for this tab, as the page keeps it. */
export function watchKey(input) {
  input.value = sessionStorage.getItem('key') ?? '';
  input.addEventListener('input', () => {
    const key = input.value.trim();
    if (key) sessionStorage.setItem('key', key);
    else sessionStorage.removeItem('key');
  });
}

/** Calls `shown` with the text of the answer so far, again and again where it has no end. */
async function readBody(response, shown) {
  let text = '';
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
    text += part.value;
    shown(text);
    if (text.length > kMostShown) {
      await reader.cancel();
      return;
    }
  }
  shown(text);
}

function pretty(text, type) {
  let whole = text;
  if (/json/.test(type)) {
    try {
      whole = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // not whole yet
    }
  }
  return whole.length > kMostShown ? `${whole.slice(0, kMostShown)}\n… (longer: the rest is left out)` : whole;
}

/** The part of a route's section with the curl line and the form. */
export function tryIt({ make, method, path, operation, resolve, scope, key }) {
  const { parameters, values, body } = exampleRequest(path, operation, resolve);
  const curl = make('code');
  const copied = make('span', { role: 'status', class: 'quiet' });
  const copy = make('button', { type: 'button', 'aria-label': `Copy the curl line of ${operation.operationId}` }, 'Copy');
  const line = make('pre', { class: 'curl', tabindex: '0', 'aria-label': `curl line of ${operation.operationId}`, role: 'group' }, curl);

  const form = make('form');
  const inputs = parameters.map((parameter) => {
    const input = make('input', { name: parameter.name, autocomplete: 'off', spellcheck: 'false' });
    input.value = values[parameter.name] ?? '';
    if (parameter.required) input.required = true;
    form.append(make('label', {}, make('span', {}, make('code', {}, parameter.name), ` in ${parameter.in}${parameter.required ? '' : ', optional'}`), input));
    return input;
  });
  let area = null;
  if (body !== null) {
    area = make('textarea', { rows: String(Math.min(14, body.split('\n').length + 1)), spellcheck: 'false' });
    area.value = body;
    form.append(make('label', {}, 'Body, JSON', area));
  }
  const send = make('button', { class: 'primary' }, 'Send');
  const stop = make('button', { type: 'button', hidden: '' }, 'Stop');
  const status = make('p', { role: 'status' });
  const answer = make('pre', { tabindex: '0', hidden: '', role: 'group', 'aria-label': `Answer of ${operation.operationId}` });
  form.append(make('p', { class: 'quiet' }, `This sends a real request to this service${method === 'get' ? '' : ', which may change what it has stored'}.`,
    scope === null ? ' No key is needed.' : ' The key is the one at the top of this page.'), make('div', { class: 'row' }, send, stop), status, answer);

  const request = () => {
    const given = Object.fromEntries(inputs.map((input) => [input.name, input.value]));
    return { ...toAddress(path, parameters, given), body: area ? area.value : null };
  };
  const refresh = () => {
    curl.textContent = toCurl({ origin: location.origin, method, ...request(), withKey: scope !== null && key.value.trim() !== '' });
  };
  form.addEventListener('input', refresh);
  key.addEventListener('input', refresh);
  refresh();

  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(curl.textContent);
      copied.textContent = 'Copied';
    } catch {
      copied.textContent = 'The browser does not allow it: select the line and copy it';
    }
    setTimeout(() => (copied.textContent = ''), 3000);
  });

  let abort = null;
  stop.addEventListener('click', () => abort?.abort());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { target, headers, body: text } = request();
    if (scope !== null && key.value.trim()) headers.Authorization = `Bearer ${key.value.trim()}`;
    if (text !== null) headers['Content-Type'] = 'application/json';
    abort = new AbortController();
    send.disabled = true;
    stop.hidden = false;
    answer.hidden = true;
    status.textContent = 'Asking…';
    const begun = performance.now();
    try {
      const response = await fetch(target, { method: method.toUpperCase(), headers, signal: abort.signal, cache: 'no-store', ...(text === null ? {} : { body: text }) });
      const type = response.headers.get('Content-Type') ?? '';
      const took = (performance.now() - begun).toFixed(0);
      const result = response.headers.get('Location');
      const hint = response.status === 401 || response.status === 403 ? `: the key at the top of this page needs the scope ${scope || 'for this'}` : '';
      status.textContent = `${response.status} ${response.statusText}, ${took} ms${result ? `, Location: ${result}` : ''}${hint}`;
      status.className = response.ok ? 'good' : 'bad';
      answer.hidden = false;
      await readBody(response, (soFar) => (answer.textContent = pretty(soFar, type)));
    } catch (error) {
      if (error.name !== 'AbortError') {
        status.textContent = 'The service can’t be reached. Is it running?';
        status.className = 'bad';
      } else if (answer.hidden) {
        status.textContent = 'Stopped';
      }
    }
    send.disabled = false;
    stop.hidden = true;
  });

  const details = make('details', { class: 'try' }, make('summary', {}, 'Try it'), form);
  return [make('h4', {}, 'With curl'), make('div', { class: 'row top' }, line, copy, copied), details];
}
