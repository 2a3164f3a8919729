import type { Observer } from "@openfactory/deployer";

/** Shows a run while it goes on. */
export interface Progress {
  observe: Observer;
  /** Leaves the output clean for what follows. */
  stop(): void;
}
