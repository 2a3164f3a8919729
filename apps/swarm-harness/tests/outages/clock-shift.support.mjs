// Loaded before the command: its clock is off by CLOCK_OFF_MS, while timers run as usual.
const off = Number(process.env.CLOCK_OFF_MS ?? 0);
const { now } = Date;
Date.now = () => now() + off;
globalThis.Date = new Proxy(Date, {
  construct: (target, words, self) => Reflect.construct(target, words.length === 0 ? [now() + off] : words, self),
  apply: () => new Date(now() + off).toString(),
});
