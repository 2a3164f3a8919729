import type { Observer } from "@openfactory/deployer";

/** Shows a run while it goes on. */
export interface Progress {
  observe: Observer;
  /** Says something that stays, whatever is drawn. Ends with a line's end. */
  note(text: string): void;
  /** Leaves the output clean for what follows. */
  stop(): void;
}
