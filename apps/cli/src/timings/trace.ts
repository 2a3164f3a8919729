import { jsonText } from "../output/json-lines.js";
import type { Span, TimingRecorder } from "./recorder.js";

/** An event of the Trace Event Format that chrome://tracing and https://ui.perfetto.dev open. Times are in microseconds. */
interface TraceEvent {
  name: string;
  /** `X`: a span; `M`: the name of a row. */
  ph: "X" | "M";
  pid: number;
  tid: number;
  cat?: string;
  ts?: number;
  dur?: number;
  args?: object;
}

const PROCESS = { pid: 1 };
const RUN_ROW = 1;
const FIRST_APP_ROW = 2;

/**
 * A trace with a row for the parts of the command, a row for each app, and as many rows of calls as ran at the same time. The
 * events of a row are nested and in the order of their times, which some viewers require.
 * Ends the recorder's spans.
 * @param command the name of the command, for the title. Arguments are left out, since they can contain secrets.
 */
export function traceText(recorder: TimingRecorder, command: string): string {
  recorder.end();
  const { phases, apps, calls } = recorder;
  const origin = phases[0]?.begin ?? 0;
  // Rounded before they are subtracted, so that a span does not end after the one that contains it.
  const time = (ms: number): number => Math.round((ms - origin) * 1000);
  const eventOf = ({ name, begin, end }: Span, tid: number, cat: string, args?: object): TraceEvent => ({
    name,
    cat,
    ph: "X",
    ...PROCESS,
    tid,
    ts: time(begin),
    dur: Math.max(0, time(end) - time(begin)),
    ...(args && { args }),
  });
  const firstCallRow = FIRST_APP_ROW + apps.length;
  const rows = arrange(calls);
  const names: TraceEvent[] = [
    { name: "process_name", ph: "M", ...PROCESS, tid: 0, args: { name: `ofdeploy ${command}` } },
    ...rowNames(["command", ...apps.map(({ app }) => app), ...rows.map((_, index) => `calls ${index + 1}`)]),
  ];
  const spans = [
    ...phases.map((span) => eventOf(span, RUN_ROW, "command")),
    ...apps.flatMap((app, index) => [
      ...app.phases.map((span) => eventOf(span, FIRST_APP_ROW + index, "phase", { service: app.service })),
      ...app.steps.map((span) => eventOf(span, FIRST_APP_ROW + index, "step")),
    ]),
    ...rows.flatMap((row, index) =>
      row.map(({ method, status, ...span }) =>
        eventOf({ ...span, name: `${method} ${span.name}` }, firstCallRow + index, "call", { status }),
      ),
    ),
  ];
  const traceEvents = [...names, ...spans.sort(byTime)];
  return `${jsonText({ traceEvents, displayTimeUnit: "ms" })}\n`;
}

/** Earlier events first; of those that begin together, the one that contains the others. */
const byTime = (a: TraceEvent, b: TraceEvent): number => (a.ts ?? 0) - (b.ts ?? 0) || (b.dur ?? 0) - (a.dur ?? 0);

const rowNames = (names: readonly string[]): TraceEvent[] =>
  names.map((name, index) => ({ name: "thread_name", ph: "M", ...PROCESS, tid: RUN_ROW + index, args: { name } }));

/** Rows in which no two spans overlap. Each span goes to the first row that is free. */
function arrange<Each extends Span>(spans: readonly Each[]): Each[][] {
  const rows: Each[][] = [];
  for (const span of [...spans].sort((a, b) => a.begin - b.begin)) {
    const free = rows.find((row) => (row.at(-1)?.end ?? 0) <= span.begin);
    if (free === undefined) rows.push([span]);
    else free.push(span);
  }
  return rows;
}
