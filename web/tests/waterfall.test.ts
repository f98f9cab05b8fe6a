import { describe, expect, it } from 'vitest';
import { micros, waterfall } from '../src/lib/waterfall';

const result = {
  id: 'x',
  status: 'done' as const,
  created: '2026-11-22T15:30:00.000000Z',
  finished: '2026-11-22T15:30:00.010500Z',
  timings: { database_ms: 4, bus_ms: 1, queue_ms: 0.5, inference_ms: 5 },
};

describe('waterfall', () => {
  it('splits what the service did not measure into the ways there and back', () => {
    const segments = waterfall({ result, received: '2026-11-22T15:30:00.011000Z', sent: 100, accepted: 110, arrived: 120 });
    expect(segments.map(({ step, length }) => [step, Number(length.toFixed(3))])).toEqual([
      ['toService', 3],
      ['database', 4],
      ['bus', 1],
      ['queue', 0.5],
      ['inference', 5],
      ['busBack', 0.5],
      ['toPage', 6],
    ]);
    expect(segments[0]!.start).toBe(0);
    expect(segments.at(-1)!.start + segments.at(-1)!.length).toBeCloseTo(20, 6);
  });

  it('is never less than nothing', () => {
    const segments = waterfall({ result, received: '2026-11-22T15:30:00.000000Z', sent: 0, accepted: 1, arrived: 2 });
    expect(segments.every(({ length }) => length >= 0)).toBe(true);
  });

  it('reads microseconds', () => {
    expect(micros('1970-01-01T00:00:01.000250Z')).toBeCloseTo(1000.25, 6);
    expect(micros('1970-01-01T00:00:01Z')).toBe(1000);
  });
});
