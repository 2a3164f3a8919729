import type { DeploymentError, ErrorIssue, FailedInstance, SourceLocation } from "@openfactory/deploy-core";
import type { DeployerEvent } from "@openfactory/deployer";
import { stripControlChars, type Style } from "./format.js";

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

/** The texts of several errors, without duplicates. */
export const errorTexts = (errors: readonly (DeploymentError | undefined)[], style: Style): string =>
  [...new Set(errors.flatMap((error) => (error === undefined ? [] : [errorText(error, style)])))].join("");

const formatLocation = ({ file, line, column }: SourceLocation): string => `${file}:${line}:${column}`;

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

type WarningEvent = Extract<DeployerEvent, { type: "warning" }>;

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

/** The warnings of a project, then those of its apps, as events. */
export const warningEvents = (
  warnings: readonly WarningEvent["warning"][],
  apps: readonly { app: string; warnings: readonly WarningEvent["warning"][] }[],
): WarningEvent[] => [
  ...warnings.map((warning): WarningEvent => ({ type: "warning", warning })),
  ...apps.flatMap(({ app, warnings: own }) => own.map((warning): WarningEvent => ({ type: "warning", app, warning }))),
];
