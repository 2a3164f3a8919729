import type { CallSubject } from "../errors/call-subject.js";
import type { ModemRequest } from "./modem.js";

/** One call of the Engine API. */
export interface EngineCall extends CallSubject {
  method: ModemRequest["method"];
  /** Without the version, e.g. `/containers/json`. */
  path: string;
  /** Those that are undefined are left out. */
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string>>;
  body?: object;
}
