import type { DeploymentError } from "@openfactory/deploy-core";
import type { DownPlan, DownReport, RemovalVerdict } from "@openfactory/deployer";
import { stripControlChars, formatDuration, type Style } from "./format.js";
import { resourcesText } from "./outcomes.js";

const RESULTS: Readonly<Record<RemovalVerdict["outcome"], string>> = {
  removed: "removed",
  failed: "not removed",
  skipped: "skipped: interrupted",
  foreign: "kept: not managed by this project",
  reverted: "restored",
};

const noteOf = ({ outcome, reason }: RemovalVerdict): string =>
  outcome === "foreign" && reason !== undefined
    ? `kept: ${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/\.$/, "")}`
    : RESULTS[outcome];

/** The result for each service and resource, and the total. */
export function downText({ services, resources, project, elapsedMs, outcome }: DownReport): string {
  const lines = services
    .map((removal) => `${stripControlChars(removal.app ?? removal.service)}: ${noteOf(removal)}\n`)
    .join("");
  const all = [...services, ...resources];
  const removed = all.filter(({ outcome: word }) => word === "removed").length;
  const left = all.filter(({ outcome: word }) => word === "failed" || word === "skipped").length;
  const total = removed + left === 0 ? "nothing to remove" : `${removed} removed in ${formatDuration(elapsedMs)}`;
  const rest = left === 0 ? "" : `, ${left} not removed`;
  return `${lines}${resourcesText(resources)}${project}: ${total}${rest}${outcome === "interrupted" ? "; interrupted" : ""}\n`;
}

/** The errors of the removals, services first. */
export const downErrors = ({ services, resources }: DownReport): (DeploymentError | undefined)[] =>
  [...services, ...resources].map(({ error }) => error);

const MARKS = { remove: ["-", "red"], keep: ["?", "dim"] } as const;

/** The services and resources that `down` would remove or keep, with the reason, and the total. */
export function downPlanText(
  { project, platform, services, resources }: DownPlan,
  { style }: { style: Style },
): string {
  const entries = [
    ...services.map(({ service, app, ...rest }) => ({
      ...rest,
      name: app === undefined || app === service ? `service ${service}` : `service ${service} (${app})`,
    })),
    ...resources.map(({ kind, name, ...rest }) => ({ ...rest, name: `${kind} ${name}` })),
  ];
  const count = (action: "remove" | "keep"): number => entries.filter((entry) => entry.action === action).length;
  const lines = entries.map(({ action, name, owner, reason }) => {
    const [mark, format] = MARKS[action];
    const note = reason?.replace(/\.$/, "") ?? (owner === undefined ? undefined : `owned by ${owner}`);
    return `  ${style(format, `${mark} ${stripControlChars(name)}`)}${note === undefined ? "" : `: ${stripControlChars(note)}`}\n`;
  });
  const total = count("remove") === 0 ? "nothing to remove" : `${count("remove")} to remove`;
  const kept = count("keep") === 0 ? "" : `; ${count("keep")} kept`;
  const head = lines.length === 0 ? "" : `${project} on ${platform}:\n${lines.join("")}\n`;
  return `${head}${project}: ${total}${kept}\n`;
}
