import type { Io } from "../io.js";

/** Options of every command, before or after its name. */
export interface GlobalOptions {
  file?: string[];
  project?: string;
  envFile?: string[];
  platform?: string;
  host?: string;
  context?: string;
  option?: Record<string, string>;
  plugin?: string[];
  json?: boolean;
}

/** The input of every command. */
export interface CommandContext<Options = object> {
  io: Io;
  options: GlobalOptions & Options;
}
