export { EXIT, type ExitCode } from "./exit-codes.js";
export type { Io, Output } from "./io.js";
export { run, runProcess } from "./main.js";
