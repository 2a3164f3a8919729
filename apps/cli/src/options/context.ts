import type { Io } from "../io.js";

/** Options of every command, before or after its name. */
export interface GlobalOptions {
  file?: string[];
  project?: string;
  envFile?: string[];
  profile?: string[];
  platform?: string;
  host?: string[];
  context?: string[];
  option?: Record<string, string>;
  plugin?: string[];
  /** Policy files, in addition to those of the machine and of `OFDEPLOY_POLICY`. */
  policy?: string[];
  json?: boolean;
  /** Print only errors, and the names or ids of the result. */
  quiet?: boolean;
  /** Print more: unchanged apps, and progress as lines. */
  verbose?: boolean;
  /** Colors, whether on a terminal or not. Default: on terminals. */
  color?: boolean;
  /** Print the causes of errors. */
  debug?: boolean;
  /** Print where the time went. */
  timings?: boolean;
  /** The file for a trace of the command. */
  trace?: string;
  /** The least severe messages to print. `info` includes progress. Default: `info`. */
  logLevel?: LogLevel;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether progress is printed. */
export const showsProgress = ({
  quiet = false,
  logLevel = "info",
}: Pick<GlobalOptions, "quiet" | "logLevel">): boolean => !quiet && ["debug", "info"].includes(logLevel);

/** Whether warnings are printed. */
export const showsWarnings = ({
  quiet = false,
  logLevel = "info",
}: Pick<GlobalOptions, "quiet" | "logLevel">): boolean => !quiet && ["debug", "info", "warn"].includes(logLevel);

/** The input of every command. */
export interface CommandContext<Options = object> {
  io: Io;
  options: GlobalOptions & Options;
}
