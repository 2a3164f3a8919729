type Platform = "docker" | "swarm";
type Calls = Readonly<Record<Platform, readonly string[]>>;

/** The calls to an engine, by command and platform: `GET /containers/{id}/json`. */
export interface CallTable {
  /** Calls of every command that connects to an engine. */
  readonly everyCommand: Calls;
  /** Calls that every command which changes services may also make. */
  readonly everyChange: Calls;
  readonly commands: Readonly<Record<string, Partial<Calls>>>;
}

export const TABLE: CallTable;
/** Whether a call may change something. */
export function isWrite(call: string): boolean;
/** Whether a command has calls that change something, on any platform. */
export function changes(command: string): boolean;
/** All calls that a command may make on a platform, sorted by path. */
export function allowedCalls(command: string, platform: Platform): string[];
/** Compares calls by path, then method. */
export function byPath(a: string, b: string): number;
