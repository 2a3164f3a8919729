/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function inWords(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const STEPS: readonly [unit: string, seconds: number][] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** How long ago an ISO date was: `3 d ago`, `12 s ago`; a date that can't be read as it is. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(iso)) / 1000));
  if (Number.isNaN(seconds)) return iso;
  const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}
