import type { Io } from "./io.js";
import type { GlobalOptions } from "./options/global-options.js";

/** What every command's action gets. */
export interface CommandContext<Options = object> {
  io: Io;
  options: GlobalOptions & Options;
}
