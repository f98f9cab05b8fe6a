/**
 * How many places each item of `now` has gained against `before`; negative: lost; null: it wasn't there.
 */
export function moves(now: readonly string[], before: readonly string[]): (number | null)[] {
  const places = new Map(before.map((item, place) => [item, place]));
  return now.map((item, place) => {
    const earlier = places.get(item);
    return earlier === undefined ? null : earlier - place;
  });
}

/** `list` with the element at `from` put at `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list];
  const [element] = copy.splice(from, 1);
  if (element !== undefined) copy.splice(to, 0, element);
  return copy;
}
