import type { ProgressEvent } from "@openfactory/deploy-core";

export type PullProgress = Extract<ProgressEvent, { type: "pull" }>;

interface Layer {
  isDone: boolean;
  current: number;
  total: number;
}

/** What the engine says of a layer that it needs no more bytes of. */
const FETCHED = /^(?:Verifying Checksum|Download complete|Extracting|Pull complete)/;
const DONE = /^(?:Pull complete|Already exists)/;

/** How far the pull of one image is, from the engine's reports on its layers (moby, `distribution`). */
export class PullTally {
  readonly #layers = new Map<string, Layer>();
  #end: string | undefined;
  #retry: string | undefined;

  note({ status, id, current = 0, total = 0 }: PullProgress): void {
    if (id === undefined) {
      this.#end = /^Status: (.*)$/.exec(status)?.[1] ?? this.#end;
      return;
    }
    // The first report has the tag for its id.
    if (status.startsWith("Pulling from")) return;
    this.#retry = /^Retrying in .*$/i.exec(status)?.[0].toLowerCase();
    const layer = this.#layers.get(id) ?? { isDone: false, current: 0, total: 0 };
    this.#layers.set(id, layer);
    if (DONE.test(status)) layer.isDone = true;
    if (FETCHED.test(status)) layer.current = layer.total;
    if (status === "Downloading") Object.assign(layer, { current, total: Math.max(total, layer.total) });
  }

  /** It was pulled whole. */
  get isDone(): boolean {
    return this.#end !== undefined;
  }

  /** `2/5 layers, 3.1/10.4 MB`; at the end, `pulled, 5 layers, 10.4 MB` or `up to date`. */
  text(): string {
    const layers = [...this.#layers.values()];
    const done = layers.filter(({ isDone }) => isDone).length;
    const total = sum(layers, "total");
    if (this.#end !== undefined) {
      if (/up to date/i.test(this.#end)) return "up to date";
      const count = layers.length === 0 ? "" : `, ${layers.length} ${layers.length === 1 ? "layer" : "layers"}`;
      return `pulled${count}${total > 0 ? `, ${inUnit(total, total)}` : ""}`;
    }
    if (layers.length === 0) return "asking the registry";
    const bytes = total > 0 ? `, ${inUnit(sum(layers, "current"), total).split(" ")[0]}/${inUnit(total, total)}` : "";
    return `${done}/${layers.length} layers${bytes}${this.#retry === undefined ? "" : `, ${this.#retry}`}`;
  }
}

const sum = (layers: readonly Layer[], part: "current" | "total"): number =>
  layers.reduce((all, layer) => all + layer[part], 0);

const UNITS = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
] as const;

/** An amount in the unit that fits another. */
function inUnit(bytes: number, whole: number): string {
  const [unit, size] = UNITS.find(([, each]) => whole >= each) ?? ["kB", 1e3];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
