import type { DownPlan } from "@openfactory/deployer";
import { harmless, type Style } from "./style.js";

const MARKS = { remove: ["-", "red"], keep: ["?", "dim"] } as const;

/** What `down` would remove, and what it would leave and why: a line for each, at the end the sum. */
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
    const note = reason?.replace(/\.$/, "") ?? (owner === undefined ? undefined : `of ${owner}`);
    return `  ${style(format, `${mark} ${harmless(name)}`)}${note === undefined ? "" : `: ${harmless(note)}`}\n`;
  });
  const sum = count("remove") === 0 ? "nothing to remove" : `${count("remove")} to remove`;
  const kept = count("keep") === 0 ? "" : `; ${count("keep")} left`;
  const head = lines.length === 0 ? "" : `${project} on ${platform}:\n${lines.join("")}\n`;
  return `${head}${project}: ${sum}${kept}\n`;
}
