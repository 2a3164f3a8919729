import type { DeploymentError, ErrorIssue, FailedInstance, SourceLocation } from "@openfactory/deploy-core";
import { harmless, type Style } from "./style.js";

/**
 * An error for people: `error[CODE] file:line:column: sentence`, what to do, and what the process wrote last. An error of
 * several findings in a file is one such line for each.
 */
export function errorText(error: DeploymentError, style: Style): string {
  const label = labelOf(error.code, style);
  const placed = error.issues.filter((issue) => issue.location !== undefined);
  if (placed.length === 0) {
    const where = error.location === undefined ? "" : `${place(error.location)}: `;
    return `${label} ${harmless(where + error.message)}\n${instanceText(error.instance, style)}${hintText(error.hint)}`;
  }
  const findings = placed
    .map((issue) => `${labelOf(issue.code ?? error.code, style)} ${findingText(issue)}\n${hintText(issue.hint)}`)
    .join("");
  const others = error.issues.filter((issue) => issue.location === undefined).map(({ message }) => `  ${message}\n`);
  const isTold = placed.some(({ hint }) => hint === error.hint);
  return `${findings}${others.join("")}${isTold ? "" : hintText(error.hint)}`;
}

const labelOf = (code: string, style: Style): string => style(["red", "bold"], `error[${code}]`);

/** Several errors, each once. */
export const errorTexts = (errors: readonly (DeploymentError | undefined)[], style: Style): string =>
  [...new Set(errors.flatMap((error) => (error === undefined ? [] : [errorText(error, style)])))].join("");

const place = ({ file, line, column }: SourceLocation): string => `${file}:${line}:${column}`;

const findingText = ({ location, message }: ErrorIssue): string =>
  harmless(`${location ? `${place(location)}: ` : ""}${message}${/[.?!]$/.test(message) ? "" : "."}`);

export const hintText = (hint: string | undefined): string => (hint ? `  hint: ${harmless(hint)}\n` : "");

/** What is known of the container or task that failed. */
function instanceText(instance: FailedInstance | undefined, style: Style): string {
  if (instance === undefined) return "";
  const { id, node, exitCode, error, lastLogLines = [] } = instance;
  const facts = [
    `instance ${id.slice(0, 12)}`,
    ...(node === undefined ? [] : [`node ${node}`]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(error ? [error] : []),
  ];
  const lines = lastLogLines.map((line) => style("dim", `  | ${harmless(line)}\n`)).join("");
  return `  ${harmless(facts.join(", "))}\n${lines === "" ? "" : `  last log lines:\n${lines}`}`;
}
