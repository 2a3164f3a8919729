import type { ProgressEvent } from "@openfactory/deploy-core";
import type { DeployerEvent } from "@openfactory/deployer";
import type { AppState } from "./describe-event.js";

export type PullProgress = Extract<ProgressEvent, { type: "pull" }>;

interface Layer {
  isDone: boolean;
  current: number;
  total: number;
}

/** Statuses of a layer whose bytes have arrived. */
const FETCHED = /^(?:Verifying Checksum|Download complete|Extracting|Pull complete)/;
const DONE = /^(?:Pull complete|Already exists)/;

/** The rate of a pull is that of the last seconds, and unknown before one second has passed. */
const RATE_WINDOW_MS = 5_000;
const MIN_RATE_MS = 1_000;

/** The progress of one pull, from the status messages of the engine about its layers (moby, `distribution`). */
export class PullProgressCounter {
  readonly #layers = new Map<string, Layer>();
  #end: string | undefined;
  #retry: string | undefined;
  /** The fetched bytes at times of the last seconds. */
  #samples: { at: number; bytes: number }[] = [];
  readonly #now: () => number;

  /** @param now a clock in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  note({ status, id, current = 0, total = 0 }: PullProgress): void {
    if (id === undefined) {
      this.#end = /^Status: (.*)$/.exec(status)?.[1] ?? this.#end;
      return;
    }
    // The id of the first message is the tag.
    if (status.startsWith("Pulling from")) return;
    this.#retry = /^Retrying in .*$/i.exec(status)?.[0].toLowerCase();
    const layer = this.#layers.get(id) ?? { isDone: false, current: 0, total: 0 };
    this.#layers.set(id, layer);
    if (DONE.test(status)) layer.isDone = true;
    if (FETCHED.test(status)) layer.current = layer.total;
    if (status === "Downloading") Object.assign(layer, { current, total: Math.max(total, layer.total) });
    this.#sample();
  }

  #sample(): void {
    const at = this.#now();
    this.#samples.push({ at, bytes: sum([...this.#layers.values()], "current") });
    // One sample before the window remains, so that it covers all of the window.
    while ((this.#samples[1]?.at ?? at) <= at - RATE_WINDOW_MS) this.#samples.shift();
  }

  /** Bytes per second; undefined before it is known. */
  #rate(): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const ms = this.#now() - first.at;
    return ms < MIN_RATE_MS ? undefined : ((last.bytes - first.bytes) / ms) * 1000;
  }

  /** Whether the pull has ended. */
  get isDone(): boolean {
    return this.#end !== undefined;
  }

  /** `2/5 layers, 3.1/10.4 MB, 1.2 MB/s`; at the end, `pulled, 5 layers, 10.4 MB` or `up to date`. */
  text(): string {
    const layers = [...this.#layers.values()];
    const done = layers.filter(({ isDone }) => isDone).length;
    const total = sum(layers, "total");
    if (this.#end !== undefined) {
      if (/up to date/i.test(this.#end)) return "up to date";
      const count = layers.length === 0 ? "" : `, ${layers.length} ${layers.length === 1 ? "layer" : "layers"}`;
      return `pulled${count}${total > 0 ? `, ${formatBytes(total, total)}` : ""}`;
    }
    if (layers.length === 0) return "contacting the registry";
    const bytes =
      total > 0 ? `, ${formatBytes(sum(layers, "current"), total).split(" ")[0]}/${formatBytes(total, total)}` : "";
    const rate = this.#rate();
    const speed = rate !== undefined && sum(layers, "current") < total ? `, ${formatBytes(rate, rate)}/s` : "";
    return `${done}/${layers.length} layers${bytes}${speed}${this.#retry === undefined ? "" : `, ${this.#retry}`}`;
  }
}

const sum = (layers: readonly Layer[], part: "current" | "total"): number =>
  layers.reduce((all, layer) => all + layer[part], 0);

const UNITS = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
] as const;

/** Bytes in the unit that fits `whole`. */
function formatBytes(bytes: number, whole: number): string {
  const [unit, size] = UNITS.find(([, each]) => whole >= each) ?? ["kB", 1e3];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

interface Pull {
  counter: PullProgressCounter;
  /** Apps that wait for the image. */
  apps: Set<string>;
}

/** The state of each image that is being pulled, by any number of apps. */
export class ImagePulls {
  readonly #now: () => number;

  /** @param now a clock in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  readonly #pulls = new Map<string, Pull>();

  /** The images whose state an event changes. */
  note(event: DeployerEvent): AppState[] {
    if (event.type === "verdict") return this.#abandoned(event.verdict.app);
    if (event.type !== "progress" || event.progress.type !== "pull") return [];
    const { app, progress } = event;
    const { image } = progress;
    const pull = this.#pullOf(image, progress);
    pull.apps.add(app);
    pull.counter.note(progress);
    const { isDone } = pull.counter;
    return [{ app: image, isImage: true, text: pull.counter.text(), kind: isDone ? "good" : "busy" }];
  }

  /** The current pull of an image. After a pull has ended, the next message starts a new one. */
  #pullOf(image: string, { status }: PullProgress): Pull {
    const found = this.#pulls.get(image);
    if (found !== undefined && !(found.counter.isDone && status.startsWith("Pulling from"))) return found;
    const begun = { counter: new PullProgressCounter(this.#now), apps: new Set<string>() };
    this.#pulls.set(image, begun);
    return begun;
  }

  /** The images that the app was the last one to wait for, which were not pulled. */
  #abandoned(app: string): AppState[] {
    return [...this.#pulls].flatMap(([image, { apps, counter }]): AppState[] => {
      if (counter.isDone || !apps.delete(app) || apps.size > 0) return [];
      this.#pulls.delete(image);
      return [{ app: image, isImage: true, text: "not pulled", kind: "bad" }];
    });
  }
}
