// A shop's day with the generated TypeScript client: node client.js URL KEY. Ends with 0 if all of it goes as it should.
import { strict as assert } from 'node:assert';
import {
  Configuration, EventsApi, InteractionsApi, ItemsApi, ProblemFromJSON, RecommendationsApi, ResponseError, StreamEventFromJSON, UsersApi,
  type Problem, type StreamEvent,
} from './index';

const [url, key] = process.argv.slice(2);
const configuration = new Configuration({ basePath: url!, accessToken: key! });

async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const error = await answer.then(() => assert.fail('it was not refused'), (reason: unknown) => reason);
  assert.ok(error instanceof ResponseError);
  return ProblemFromJSON(await error.response.json());
}

/** The events of GET /v1/stream, typed by their names. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for (const reader = body.getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(text.slice(0, end).split('\n').map((line) => [line.split(': ', 1)[0]!, line.slice(line.indexOf(': ') + 2)]));
      text = text.slice(end + 2);
      if (fields['data']) yield StreamEventFromJSON({ ...fields, data: JSON.parse(fields['data']) });
    }
  }
}

async function main() {
  const interactions = new InteractionsApi(configuration);
  const items = new ItemsApi(configuration);
  const recommendations = new RecommendationsApi(configuration);

  const abort = new AbortController();
  const stream = events((await new EventsApi(configuration).streamEventsRaw({}, { signal: abort.signal })).raw.body!);
  const opened = (await stream.next()).value as StreamEvent;
  assert.ok(opened.event === 'open' && !opened.data.resumed);

  const putItems = { items: Array.from({ length: 12 }, (_, i) => ({ id: `item-${i + 1}`, title: `Title ${i + 1}`, attributes: { price: i } })) };
  assert.equal((await items.putItems({ putItems })).accepted, 12);
  const added = await interactions.addInteractions({
    interactions: { interactions: [{ user: 'typescript', item: 'item-3', time: new Date(), kind: 'view' }, { user: 'typescript', item: 'item-5' }] },
  });
  assert.deepEqual(added, { accepted: 2, duplicates: 0 });

  const result = await recommendations.recommend({
    recommendationRequest: { user: 'typescript', k: 3, seen: 'exclude', explain: true }, prefer: 'wait=20', idempotencyKey: 'typescript-1',
  });
  assert.equal(result.status, 'done');
  assert.equal(result.source, 'model');
  assert.ok(result.items && result.items.length === 3);
  assert.ok(result.created instanceof Date && result.items[0]!.title);
  assert.deepEqual((await recommendations.getRecommendation({ id: result.id })).items, result.items);

  const accepted = await recommendations.recommend({ recommendationRequest: { history: ['item-1'] } });
  assert.equal((await recommendations.getRecommendation({ id: accepted.id, prefer: 'wait=20' })).status, 'done');

  for await (const event of stream) {
    if (event.event !== 'result' || event.data.result.id !== result.id) continue;
    assert.deepEqual(event.data.result.items, result.items);
    break;
  }
  abort.abort();

  const chosen = result.items[0]!;
  await interactions.addInteractions({
    interactions: { interactions: [{ user: 'typescript', item: chosen.item, kind: 'buy', recommendation: result.id }] },
  });
  const { history } = await new UsersApi(configuration).getUserHistory({ id: 'typescript' });
  assert.equal(history.length, 3);
  assert.equal(history[0]!.item, chosen.item);
  assert.equal(history[0]!.title, chosen.title);
  assert.ok(history[0]!.time instanceof Date);

  const { results } = await recommendations.recommendBatch({ recommendationBatch: { requests: [{ user: 'typescript' }, {}] } });
  assert.ok(results[0]!.id && !results[0]!.error);
  assert.equal(results[1]!.error?.status, 422);

  const wrong = await problemOf(recommendations.recommend({ recommendationRequest: { user: 'typescript', k: 0 } }));
  assert.equal(wrong.status, 422);
  assert.equal(wrong.errors?.[0]?.pointer, '/k');
  assert.equal((await problemOf(items.getItem({ id: 'none' }))).status, 404);
  const keyless = new UsersApi(new Configuration({ basePath: url! }));
  assert.equal((await problemOf(keyless.listUsers())).status, 401);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
