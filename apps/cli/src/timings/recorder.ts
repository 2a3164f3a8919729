import type { DeployerEvent, Observer } from "@openfactory/deployer";

/**
 * The part of a command, in this order:
 * - `start`: the start of the process, the modules and the options
 * - `read`: the files
 * - `plan`: the state of the platform, the lock, the plan and the checks before any change
 * - `apply`: the changes, until the last app is finished
 * - `finish`: the release of the lock, and the result
 * - `run`: everything else, of commands that change nothing
 */
export type RunPhase = "start" | "read" | "plan" | "apply" | "finish" | "run";

/** A time span. Both ends are in milliseconds, on one clock. */
export interface Span {
  name: string;
  begin: number;
  end: number;
}

/** A call to an engine or a registry. Its end is that of the response. */
export interface Call extends Span {
  method: string;
  /** Left out if there was no response. */
  status?: number;
}

/** The spans of an app follow one another without a gap; its steps are within them. */
export interface AppSpans {
  app: string;
  service: string;
  phases: Span[];
  steps: Span[];
}

const PULLING = "pulling";

/** Calls beyond this number are counted only: `ps --watch` and `logs --follow` can run for days. */
const MAX_CALLS = 100_000;

/** Records where the time of a command goes, from the events of the deployer. */
export class TimingRecorder {
  readonly phases: Span[] = [];
  /** The first 100,000 calls. */
  readonly calls: Call[] = [];
  /** The number of all calls. */
  callCount = 0;
  readonly #apps = new Map<string, AppSpans>();
  readonly #now: () => number;
  /** The phase that an app returns to after a pull. */
  readonly #interrupted = new Map<string, string>();

  /**
   * @param begin the start of the command, on the clock of `now`.
   * @param now a clock in milliseconds.
   */
  constructor(begin: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.phases.push({ name: "start", begin, end: Number.NaN });
  }

  get apps(): AppSpans[] {
    return [...this.#apps.values()];
  }

  /** Begins a part of the command, and ends the one before. */
  mark(name: RunPhase): void {
    const last = this.phases.at(-1);
    if (last?.name === name) return;
    // The parts follow one another without a gap, also after end(), which the first trace calls.
    if (last !== undefined) last.end = Number.NaN;
    change(this.phases, name, this.#now());
  }

  /** Runs `work` as the part `name`; afterwards, the part before continues. */
  async during<Result>(name: RunPhase, work: () => Promise<Result>): Promise<Result> {
    const before = (this.phases.at(-1)?.name ?? "run") as RunPhase;
    this.mark(name);
    try {
      return await work();
    } finally {
      this.mark(before === "start" ? "run" : before);
    }
  }

  addCall(call: Call): void {
    this.callCount += 1;
    if (this.calls.length < MAX_CALLS) this.calls.push(call);
  }

  /** Ends all spans. */
  end(): void {
    const now = this.#now();
    for (const spans of [this.phases, ...this.apps.flatMap(({ phases, steps }) => [phases, steps])]) close(spans, now);
    for (const call of this.calls) if (Number.isNaN(call.end)) call.end = now;
  }

  readonly observe: Observer = (event) => {
    const now = this.#now();
    if (event.type === "plan" || event.type === "lock" || event.type === "warning") return;
    if (this.phases.at(-1)?.name === "plan") this.mark("apply");
    const subject = subjectOf(event);
    if (subject === undefined) return;
    const { app, service = app } = subject;
    const spans = this.#apps.get(app) ?? { app, service, phases: [], steps: [] };
    this.#apps.set(app, spans);
    if (event.type === "phase") {
      this.#interrupted.delete(app);
      close(spans.steps, now);
      change(spans.phases, event.phase, now);
    } else if (event.type === "progress") {
      this.#noteProgress(spans, event.progress, now);
    } else if (event.type === "revert") {
      close(spans.steps, now);
      if (event.step.state === "begun") change(spans.phases, "reverting", now);
      else close(spans.phases, now);
    } else {
      close(spans.steps, now);
      close(spans.phases, now);
    }
  };

  #noteProgress({ app, phases, steps }: AppSpans, progress: ProgressOf, now: number): void {
    const current = phases.at(-1)?.name ?? "deploying";
    if (progress.type === "pull") {
      if (current === PULLING) return;
      this.#interrupted.set(app, current);
      change(phases, PULLING, now);
      change(steps, progress.image, now);
      return;
    }
    const interrupted = this.#interrupted.get(app);
    if (interrupted !== undefined) {
      this.#interrupted.delete(app);
      // The step was the pull.
      close(steps, now);
      change(phases, interrupted, now);
    }
    const step = progress.type === "step" ? progress.step : progress.detail;
    const last = steps.at(-1);
    const isSame = last?.name === step && Number.isNaN(last?.end);
    if (step && !isSame) change(steps, step, now);
  }
}

type ProgressOf = Extract<DeployerEvent, { type: "progress" }>["progress"];

/** The app of an event; undefined for an event about something else. */
function subjectOf(event: DeployerEvent): { app: string; service?: string } | undefined {
  switch (event.type) {
    case "phase":
    case "progress":
      return event;
    case "verdict":
    case "rollback":
    case "process":
      return event.verdict;
    case "scale":
      return event.scaled;
    case "removal":
      return { app: event.removal.app ?? event.removal.service, service: event.removal.service };
    case "refresh":
      return { app: event.refresh.app ?? event.refresh.service, service: event.refresh.service };
    case "revert":
      return event.step.app === undefined ? undefined : { ...event.step, app: event.step.app };
    default:
      return undefined;
  }
}

function close(spans: Span[], now: number): void {
  const last = spans.at(-1);
  if (last !== undefined && Number.isNaN(last.end)) last.end = now;
}

function change(spans: Span[], name: string, now: number): void {
  close(spans, now);
  spans.push({ name, begin: now, end: Number.NaN });
}
