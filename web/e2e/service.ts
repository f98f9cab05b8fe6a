import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const bin = resolve(process.env['PAGE_TEST_BIN'] ?? '../build/release/bin');
const kItems = 60;
const kUsers = 80;

/** The real service on a small log of its own, with two trained versions. */
export class Service {
  readonly folder = mkdtempSync(join(tmpdir(), 'sasrec-page-'));
  url = '';
  #port = 0;
  #process: ChildProcess | undefined;

  /** A version for each seed; the second is measured by another protocol than the others. */
  async prepare(seeds = [1, 2]) {
    writeFileSync(join(this.folder, 'log.csv'), log());
    writeFileSync(join(this.folder, 'movies.csv'), catalogue());
    for (const seed of seeds) {
      this.#run('sasrec-trainer', ['train', '--data', 'log.csv', '--out', 'checkpoints', '--seed', `${seed}`, '--protocol', seed === 2 ? 'time-split' : 'leave-one-out',
        '--set', 'epochs=3', '--set', 'hidden=16', '--set', 'max_length=20']);
    }
    this.#run('sasrec', ['import', '--data', 'log.csv', '--items', 'movies.csv', '--data-dir', 'service']);
    this.#port = await freePort();
    this.url = `http://127.0.0.1:${this.#port}`;
  }

  get versions(): string[] {
    return readdirSync(join(this.folder, 'checkpoints')).filter((name) => /^\d{8}T/.test(name)).sort();
  }

  async start() {
    const out = createWriteStream(join(this.folder, 'service.log'), { flags: 'a' });
    const child = spawn(join(bin, 'sasrec'),
      ['up', '--checkpoints', 'checkpoints', '--data-dir', 'service', '--listen', `127.0.0.1:${this.#port}`,
        '--retrain-every', '0', '--retrain-after', '0', '--retrain-min', '100', '--retrain-set', 'epochs=3',
        '--retrain-set', 'hidden=16', '--retrain-set', 'max_length=20'],
      { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(out);
    child.stderr.pipe(out);
    this.#process = child;
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline && child.exitCode === null) {
      const ready = await fetch(`${this.url}/readyz`).then((response) => response.ok, () => false);
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the service doesn't start: ${readFileSync(join(this.folder, 'service.log'), 'utf8').slice(-2000)}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM') {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async json<T>(path: string, body?: unknown, method = 'POST'): Promise<T> {
    const response = await fetch(this.url + path, body === undefined ? {} : {
      method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Makes an API key and returns it. */
  makeKey(name: string, scopes: string): string {
    return this.#run('sasrec', ['key', 'create', name, '--scopes', scopes, '--data-dir', 'service']).trim();
  }

  removeKey(name: string) {
    this.#run('sasrec', ['key', 'remove', name, '--data-dir', 'service']);
  }

  #run(program: string, args: string[]): string {
    return execFileSync(join(bin, program), args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  }
}

/** Users who watch one series after the other, each from a place of its own. */
function log(): string {
  let text = 'user,item,time\n';
  for (let user = 1; user <= kUsers; user += 1) {
    for (let n = 0; n < 12; n += 1) text += `user${user},${((user * 7 + n * (1 + (user % 3))) % kItems) + 1},${1_700_000_000 + n * 1000 + user}\n`;
  }
  return text;
}

function catalogue(): string {
  const series = ['Star Harbour', 'The Matrix of Time', 'Blue Planet', 'Night Train', 'Сталкер', 'Amélie'];
  let text = 'movieId,title,genres\n';
  for (let item = 1; item <= kItems; item += 1) text += `${item},${series[item % series.length]} ${item},${item % 2 ? 'Comedy' : 'Drama|Science Fiction'}\n`;
  return text;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export function launch(): Promise<Browser> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (!executablePath) throw new Error('there is no Chromium: tools/setup.sh check brings one');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page in a context of its own. What its console says of errors is collected: a policy's violation shows there. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    // A service without these says 404, and the page that there are none.
    const mayBeMissing = /\/v1\/(models|training-runs)$/.test(message.location().url);
    if (message.type() === 'error' && !mayBeMissing) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}
