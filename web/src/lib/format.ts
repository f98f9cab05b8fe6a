/** Milliseconds, as fine as it makes sense. */
export function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}

export function score(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toFixed(2);
}

export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** "20261122T153000Z-000007" is long: its date, time and number. */
export function shortVersion(version: string): string {
  const parts = /^\d{4}(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ-0*(\d+)$/.exec(version);
  return parts ? `#${parts[5]} · ${parts[1]}-${parts[2]} ${parts[3]}:${parts[4]}` : version;
}

export function clock(at: number, language: string): string {
  return new Date(at).toLocaleTimeString(language, { hour12: false });
}

export function dateTime(time: string, language: string): string {
  return new Date(time).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

export function count(value: number, language: string): string {
  return value.toLocaleString(language);
}
