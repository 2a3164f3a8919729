import type { EventEmitter } from "node:events";

/** Where text goes. `isTTY`, `columns` and `rows` as on `process.stdout`. */
export interface Output {
  write(text: string): void;
  /** Resolves when it takes more, at once where it does so now. */
  drained(): Promise<void>;
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** True once nobody reads it any more. */
  readonly closed?: boolean;
}

/** All that the command has to do with the process it runs in. */
export interface Io {
  /** What `-f -` reads. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Results. */
  readonly stdout: Output;
  /** Progress, warnings and errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory of the process. */
  readonly cwd: string;
  /** Emits `SIGINT` and `SIGTERM`. */
  readonly signals: Pick<EventEmitter, "on" | "off">;
  /** Asks yes or no; everything but yes is no. Undefined: there is no terminal to ask on. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Ends the process at once. */
  exit(code: number): void;
}
