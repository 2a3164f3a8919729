import type { Span, TimingRecorder } from "./recorder.js";

/** The spent time of a command. All durations are in milliseconds. */
export interface Timings {
  totalMs: number;
  /** Calls to engines and registries. */
  calls: number;
  phases: { phase: string; ms: number; calls: number }[];
  apps: { app: string; service: string; ms: number; phases: { phase: string; ms: number }[] }[];
}

/** The sums of all spans, in the order in which they began. Ends the recorder's spans. */
export function timingsOf(recorder: TimingRecorder): Timings {
  recorder.end();
  const { phases, apps, calls } = recorder;
  return {
    totalMs: round((phases.at(-1)?.end ?? 0) - (phases[0]?.begin ?? 0)),
    calls: recorder.callCount,
    phases: sums(phases).map(([phase, ms]) => ({
      phase,
      ms,
      calls: calls.filter(({ begin }) => phaseAt(phases, begin) === phase).length,
    })),
    apps: apps.map(({ app, service, phases: own }) => ({
      app,
      service,
      ms: round(own.reduce((sum, { begin, end }) => sum + end - begin, 0)),
      phases: sums(own).map(([phase, ms]) => ({ phase, ms })),
    })),
  };
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

function sums(spans: readonly Span[]): [name: string, ms: number][] {
  const byName = new Map<string, number>();
  for (const { name, begin, end } of spans) byName.set(name, (byName.get(name) ?? 0) + end - begin);
  return [...byName].map(([name, ms]) => [name, round(ms)]);
}

const phaseAt = (phases: readonly Span[], time: number): string | undefined =>
  phases.findLast(({ begin }) => begin <= time)?.name;
