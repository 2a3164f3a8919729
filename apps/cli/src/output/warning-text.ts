import type { DeployerEvent } from "@openfactory/deployer";
import { harmless, type Style } from "./style.js";

type WarningEvent = Extract<DeployerEvent, { type: "warning" }>;

/** A warning, and the app that it is about. */
interface Warning {
  app?: string | undefined;
  warning: { code: string; reason: string; field?: string | undefined };
}

/** `warning[CODE] app: field: reason`. */
export function warningText({ app, warning }: Warning, style: Style): string {
  const field = warning.field !== undefined ? `${warning.field}: ` : "";
  const about = app === undefined ? "" : `${app}: `;
  return `${style("yellow", `warning[${warning.code}]`)} ${harmless(`${about}${field}${warning.reason}`)}\n`;
}

/** The warnings of a project and of its apps as events: what is true of all of it first. */
export const warningEvents = (
  warnings: readonly WarningEvent["warning"][],
  apps: readonly { app: string; warnings: readonly WarningEvent["warning"][] }[],
): WarningEvent[] => [
  ...warnings.map((warning): WarningEvent => ({ type: "warning", warning })),
  ...apps.flatMap(({ app, warnings: own }) => own.map((warning): WarningEvent => ({ type: "warning", app, warning }))),
];
