import type { DeployerEvent } from "@openfactory/deployer";

type ProgressOf = Extract<DeployerEvent, { type: "progress" }>;

const MEGABYTE = 1e6;

/** How far each app's pull has come, over all layers of the image. */
export class PullMeter {
  readonly #layers = new Map<string, Map<string, { current: number; total: number }>>();

  /** `12/45 MB`; undefined: nothing is known of sizes. */
  note({ app, progress }: ProgressOf): string | undefined {
    if (progress.type !== "pull") return undefined;
    const layers = this.#layers.get(app) ?? new Map();
    this.#layers.set(app, layers);
    const { id, status, current, total } = progress;
    if (id !== undefined && current !== undefined && total !== undefined && status.startsWith("Downloading")) {
      layers.set(id, { current, total });
    }
    const known = layers.get(id ?? "");
    if (known !== undefined && /^(?:Download|Pull) complete/.test(status)) known.current = known.total;
    const sum = (of: "current" | "total"): number => [...layers.values()].reduce((all, layer) => all + layer[of], 0);
    return layers.size === 0 ? undefined : `${Math.round(sum("current") / MEGABYTE)}/${Math.ceil(sum("total") / MEGABYTE)} MB`;
  }
}
