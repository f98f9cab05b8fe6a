import { describe, expect, it } from 'vitest';
import { EventParser } from '../src/lib/sse';

describe('EventParser', () => {
  it('reads events, wherever the pieces are cut', () => {
    const text = 'retry: 1000\n\nid: a-1-2\nevent: result\ndata: {"x":1}\n\n:\n\ndata: one\ndata:two\n\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new EventParser();
      const events = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))];
      expect(events).toEqual([
        { name: 'result', data: '{"x":1}', id: 'a-1-2' },
        { name: 'message', data: 'one\ntwo', id: null },
      ]);
    }
  });

  it('keeps what is not whole', () => {
    const parser = new EventParser();
    expect(parser.push('event: model\ndata: 1\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ name: 'model', data: '1', id: null }]);
  });
});
