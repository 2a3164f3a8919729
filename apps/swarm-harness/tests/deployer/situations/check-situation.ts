import { DeploymentError, type ResourceKind, supports } from "@openfactory/deploy-core";
import { expect } from "vitest";
import type { UpReport } from "@openfactory/deployer";
import { plan } from "@openfactory/deployer";
import type { Plan } from "@openfactory/deployer";
import { PROJECT_LABEL } from "@openfactory/deployer";
import type { UpOptions } from "@openfactory/deployer";
import { up } from "@openfactory/deployer";
import { type Kit, nameOf, projectOf } from "./kit.js";
import type { Situation } from "./situation.js";

/** Why a situation can't be on a platform; undefined: it can. */
export function whyNot({ needs = [] }: Situation, kit: Kit): string | undefined {
  const { honours } = kit.strategy.manifest;
  const missing = needs.find((need) => {
    if (need === "stop" || need === "recreateNetwork" || need === "twinNetwork") return kit[need] === undefined;
    if (need === "network" || need === "config") return !kindsOf(kit).includes(need) || !honours.includes(`${need}s`);
    return !supports(kit.strategy, need);
  });
  return missing === undefined ? undefined : `the platform has no ${missing}`;
}

/** Brings a situation about, looks at the plan, carries it out, and looks at the report and at the world. */
export async function checkSituation({ was = [], since, desired, ...expected }: Situation, kit: Kit): Promise<void> {
  const { strategy } = kit;
  const options = { ...kit.options, ...expected.options };
  for (const file of was)
    expect(await up(strategy, projectOf(kit, file), kit.options)).toMatchObject({ outcome: "ok" });
  await since?.(kit);
  const file = projectOf(kit, desired);

  expect(planInWords(await plan(strategy, file, { ...options, refresh: options.refresh ?? false }), kit)).toEqual(
    onPlatform(expected.plan, kit),
  );

  const whole = planInWords(await plan(strategy, file, options), kit);
  let seen: Plan | undefined;
  const observer: UpOptions["observer"] = (event) => {
    if (event.type === "plan") seen = event.plan;
  };
  const report = await up(strategy, file, { ...options, observer }).catch((error: unknown) => {
    if (expected.end.outcome === "refused" && DeploymentError.isInstance(error, "CONFLICT")) return undefined;
    throw error;
  });
  // By default, `plan` asks for more than `up` does; what is to change is the same, but for what only an inspection tells.
  if (!onlyInspectionTells(whole))
    expect(changesIn(seen && planInWords(seen, kit)), "what up saw").toEqual(changesIn(whole));
  const { outcome = "ok", apps = {}, there, warnings = [], resources = [] } = expected.end;
  if (warnings.length > 0)
    expect(report?.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining([...warnings]));
  expect(report?.outcome ?? "refused").toBe(outcome);
  for (const [app, outcomes] of Object.entries(apps)) {
    expect([outcomes].flat(), app).toContain(report?.apps.find((verdict) => verdict.app === app)?.outcome);
  }
  if (report !== undefined) await checkNow(report, there, kit);
  for (const [app, version] of Object.entries(there))
    expect(await kit.versionOf(nameOf(kit, app)), `version of ${app}`).toBe(version);
  expect(await resourcesOf(kit)).toEqual(resources);

  if (outcome !== "ok") return;
  // What was done is done: a second run finds nothing to do.
  const { hasChanges } = await plan(strategy, file, options);
  expect(hasChanges, "changes after up").toBe(false);
}

const changesIn = (words: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(words).filter(([, action]) => action !== "keep"));

const onlyInspectionTells = (words: Readonly<Record<string, string>>): boolean =>
  Object.values(words).some((action) => action.endsWith("drifted"));

/** What the report says is there, is there. */
async function checkNow({ apps }: UpReport, there: Readonly<Record<string, number>>, kit: Kit): Promise<void> {
  for (const { app, service, now } of apps) {
    if (there[app] === undefined) continue;
    const version = await kit.versionOf(service);
    expect(now === "nothing", `${app} is told as ${now}, and its version is ${version}`).toBe(version === 0);
  }
}

const kindsOf = ({ strategy }: Kit): readonly ResourceKind[] =>
  supports(strategy, "resources") ? strategy.resourceKinds.filter((kind) => kind !== "volume") : [];

async function resourcesOf(kit: Kit): Promise<string[]> {
  const { strategy, project } = kit;
  if (!supports(strategy, "resources")) return [];
  const found = await strategy.listResources({ kinds: kindsOf(kit), labels: { [PROJECT_LABEL]: project } });
  return found.map(({ name }) => name.replace(`${project}-`, "")).sort();
}

const planInWords = ({ apps, orphans, resources }: Plan, { project }: Kit): Record<string, string> =>
  Object.fromEntries([
    ...apps.map(({ app, action, changes, drifted }) => [
      app,
      [action, ...changes.map(({ path }) => path), ...(drifted ? ["drifted"] : [])].join(" "),
    ]),
    ...orphans.map(({ app, action }) => [app, action]),
    ...resources.map(({ name, action }) => [name.replace(`${project}-`, ""), action]),
  ]);

/** A platform that can't change in place replaces; one that tells no settings says only that something differs. */
function onPlatform(expected: Situation["plan"], { strategy }: Kit): Record<string, unknown> {
  const replaces = !supports(strategy, "update");
  return Object.fromEntries(
    Object.entries(expected).map(([app, words]) => {
      const [action = "", ...paths] = words.split(" ");
      const onHere = replaces && action === "update" ? "replace" : action;
      if (paths.includes("*")) return [app, expect.stringMatching(new RegExp(`^${onHere}( |$)`))];
      const told = supports(strategy, "settings") ? paths : paths.filter((path) => path === "drifted");
      return [app, [onHere, ...told].join(" ")];
    }),
  );
}
