import type { Recommendation } from '../api/client';

export type Step = 'toService' | 'database' | 'bus' | 'queue' | 'inference' | 'busBack' | 'toPage';

export interface Segment {
  step: Step;
  start: number; // ms from the click
  length: number; // ms
}

export interface Clocked {
  result: Recommendation;
  received: string;
  /** All on the page's clock, ms: the click, the answer 202, and the result. */
  sent: number;
  accepted: number;
  arrived: number;
}

/**
 * Where the time from click to result went. The parts within the service are what it measured; the clocks of browser and
 * service are never compared, so of what is left the way there is half of the first answer's time beyond the database, and
 * the way back the rest.
 */
export function waterfall({ result, received, sent, accepted, arrived }: Clocked): Segment[] {
  const timings = result.timings ?? { database_ms: 0, bus_ms: 0, queue_ms: 0, inference_ms: 0 };
  const total = Math.max(0, arrived - sent);
  const busBack = Math.max(0, micros(received) - micros(result.finished ?? received));
  const inner: [Step, number][] = [
    ['database', timings.database_ms],
    ['bus', timings.bus_ms],
    ['queue', timings.queue_ms],
    ['inference', timings.inference_ms],
    ['busBack', busBack],
  ];
  const left = Math.max(0, total - inner.reduce((sum, [, length]) => sum + length, 0));
  const there = Math.min(left, Math.max(0, (accepted - sent - timings.database_ms) / 2));
  const segments: Segment[] = [];
  let start = 0;
  for (const [step, length] of [['toService', there], ...inner, ['toPage', left - there]] as [Step, number][]) {
    segments.push({ step, start, length });
    start += length;
  }
  return segments;
}

/** RFC 3339 to milliseconds, with the microseconds that Date.parse cuts off. */
export function micros(time: string): number {
  const fraction = /\.\d{3}(\d{1,3})/.exec(time);
  return Date.parse(time) + (fraction ? Number(`0.${fraction[1]}`) : 0);
}
