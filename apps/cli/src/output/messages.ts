import {
  type DeploymentError,
  type ErrorIssue,
  errorPage,
  type FailedInstance,
  formatLocation,
} from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import { type GlobalOptions, showsWarnings } from "../options/context.js";
import { stripControlChars, type Style, styleFor } from "./format.js";
import { writeJson } from "./json-lines.js";

/**
 * An error as text: `error[CODE] file:line:column: sentence`, the last log lines of the process, and the hint. An error
 * with several findings in files has one such line for each.
 */
export function errorText(error: DeploymentError, style: Style): string {
  const label = labelOf(error.code, style);
  const located = error.issues.filter((issue) => issue.location !== undefined);
  if (located.length === 0) {
    const where = error.location === undefined ? "" : `${formatLocation(error.location)}: `;
    return `${label} ${stripControlChars(where + error.message)}\n${instanceText(error.instance, style)}${hintText(error.hint)}`;
  }
  const findings = located
    .map((issue) => `${labelOf(issue.code ?? error.code, style)} ${findingText(issue)}\n${hintText(issue.hint)}`)
    .join("");
  const others = error.issues.filter((issue) => issue.location === undefined).map(({ message }) => `  ${message}\n`);
  const isPrinted = located.some(({ hint }) => hint === error.hint);
  return `${findings}${others.join("")}${isPrinted ? "" : hintText(error.hint)}`;
}

const labelOf = (code: string, style: Style): string => style(["red", "bold"], `error[${code}]`);

/** The texts of several errors, without duplicates, then the page of each code, unless `quiet`. */
export function errorTexts(
  errors: readonly (DeploymentError | undefined)[],
  style: Style,
  { quiet = false }: Pick<GlobalOptions, "quiet"> = {},
): string {
  const found = errors.filter((error) => error !== undefined);
  const texts = new Set(found.map((error) => errorText(error, style)));
  return [...texts, quiet ? "" : helpText(found.flatMap(pagesOf))].join("");
}

/** The pages of the codes that the text of an error shows. A plugin may have an older copy of the error class, without pages. */
function pagesOf(error: DeploymentError): (string | undefined)[] {
  const located = error.issues.filter((issue) => issue.location !== undefined);
  const codes = located.length === 0 ? [error.code] : located.map(({ code }) => code ?? error.code);
  return codes.map((code) => (code === error.code ? (error.help ?? errorPage(code)) : errorPage(code)));
}

/** A line for each page, without duplicates. */
export const helpText = (pages: readonly (string | undefined)[]): string =>
  [...new Set(pages)].map((page) => (page === undefined ? "" : `  help: ${stripControlChars(page)}\n`)).join("");

const findingText = ({ location, message }: ErrorIssue): string =>
  stripControlChars(`${location ? `${formatLocation(location)}: ` : ""}${message}${/[.?!]$/.test(message) ? "" : "."}`);

export const hintText = (hint: string | undefined): string => (hint ? `  hint: ${stripControlChars(hint)}\n` : "");

/** The container or task that failed. */
function instanceText(instance: FailedInstance | undefined, style: Style): string {
  if (instance === undefined) return "";
  const { id, node, exitCode, error, lastLogLines = [] } = instance;
  const facts = [
    `instance ${id.slice(0, 12)}`,
    ...(node === undefined ? [] : [`node ${node}`]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(error ? [error] : []),
  ];
  const lines = lastLogLines.map((line) => style("dim", `  | ${stripControlChars(line)}\n`)).join("");
  return `  ${stripControlChars(facts.join(", "))}\n${lines === "" ? "" : `  last log lines:\n${lines}`}`;
}

/** A warning, and the app that it concerns. */
interface Warning {
  app?: string | undefined;
  warning: { code: string; reason: string; field?: string | undefined };
}

/** `warning[CODE] app: field: reason`. */
export function warningText({ app, warning }: Warning, style: Style): string {
  const field = warning.field !== undefined ? `${warning.field}: ` : "";
  const subject = app === undefined ? "" : `${app}: `;
  return `${style("yellow", `warning[${warning.code}]`)} ${stripControlChars(`${subject}${field}${warning.reason}`)}\n`;
}

/** Prints the warnings of a project, then those of its apps: on stderr, or on stdout with `--json`. */
export function printWarnings(
  warnings: readonly Warning["warning"][],
  apps: readonly { app: string; warnings: readonly Warning["warning"][] }[],
  options: Pick<GlobalOptions, "json" | "quiet" | "logLevel">,
  io: Io,
): void {
  if (!options.json && !showsWarnings(options)) return;
  const style = styleFor(io.stderr, io);
  const all: Warning[] = [
    ...warnings.map((warning) => ({ warning })),
    ...apps.flatMap(({ app, warnings: own }) => own.map((warning) => ({ app, warning }))),
  ];
  for (const each of all) {
    if (options.json) writeJson(io.stdout, "warning", { app: each.app, ...each.warning });
    else io.stderr.write(warningText(each, style));
  }
}
