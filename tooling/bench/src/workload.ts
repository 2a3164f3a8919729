/** Who does the work of a workload. `floor`: the fewest Engine API calls, by one plain HTTP client. */
export type Role = "ours" | "peer" | "floor" | "python";

/** One who does it. */
export interface Contender {
  /** What is run: `docker stack deploy`. */
  label: string;
  /** Does it once, and says how much of the workload's unit it took. */
  run: () => Promise<number>;
  /** Brings about what the run starts from; not timed. */
  before?: () => Promise<void>;
}

export interface Workload {
  /** What `--only` chooses by. */
  part: string;
  name: string;
  /** Default `ms`. */
  unit?: "ms" | "MB" | "KB";
  contenders: Partial<Record<Role, Contender>>;
  /** Runs of each contender at most; for what takes long, or does not vary. */
  mostRuns?: number;
  /** Why it can't be run here. */
  skip?: string;
  /** What the figures must be known with. */
  note?: string;
}
