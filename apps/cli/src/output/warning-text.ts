import type { DeployerEvent } from "@openfactory/deployer";
import { harmless, type Style } from "./style.js";

type WarningEvent = Extract<DeployerEvent, { type: "warning" }>;

/** `warning[CODE] app: field: reason`. */
export function warningText({ app, warning }: WarningEvent, style: Style): string {
  const field = "field" in warning && warning.field !== undefined ? `${warning.field}: ` : "";
  const about = app === undefined ? "" : `${app}: `;
  return `${style("yellow", `warning[${warning.code}]`)} ${harmless(`${about}${field}${warning.reason}`)}\n`;
}
