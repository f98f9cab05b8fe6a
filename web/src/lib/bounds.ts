/** What a number field holds: null where it is empty or no number. */
export type Typed = number | null | undefined;

export function isWholeWithin(value: Typed, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
