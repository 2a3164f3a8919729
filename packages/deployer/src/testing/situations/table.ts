import { type DeployRequest, requireCapability } from "@openfactory/deploy-core";
import { type Kit, nameOf } from "./kit.js";
import type { Situation } from "./situation.js";

/** A change that fails is rolled back by the platform, or, where it doesn't, by the run. */
const FAILED_CHANGE = ["rolled-back", "failed"] as const;

/** What `up` comes to, on every strategy that can do what a situation needs. */
export const SITUATIONS: readonly Situation[] = [
  {
    name: "nothing is there",
    desired: { apps: { web: {}, db: {} } },
    plan: { web: "create", db: "create" },
    end: { apps: { web: "running", db: "running" }, there: { web: 1, db: 1 } },
  },
  {
    name: "all is as it should be",
    was: [{ apps: { web: {}, db: {} } }],
    desired: { apps: { web: {}, db: {} } },
    plan: { web: "unchanged", db: "unchanged" },
    end: { apps: { web: "unchanged", db: "unchanged" }, there: { web: 1, db: 1 } },
  },
  {
    name: "one variable is other",
    was: [{ apps: { web: {}, db: {} } }],
    desired: { apps: { web: { version: 2 }, db: {} } },
    plan: { web: "update env.VERSION", db: "unchanged" },
    end: { apps: { web: "updated", db: "unchanged" }, there: { web: 2, db: 1 } },
  },
  {
    name: "several fields are other",
    was: [{ apps: { web: { more: { labels: { a: "1", b: "1" } } } } }],
    desired: { apps: { web: { version: 2, more: { labels: { b: "2", c: "2" } } } } },
    plan: { web: "update env.VERSION labels.a labels.b labels.c" },
    end: { apps: { web: "updated" }, there: { web: 2 } },
  },
  {
    name: "the same is written otherwise",
    was: [{ apps: { web: { more: { env: ["VERSION=1", "OTHER=2"], labels: { a: "1", b: "2" } } } } }],
    desired: { apps: { web: { more: { env: ["OTHER=2", "VERSION=1"], labels: { b: "2", a: "1" } } } } },
    plan: { web: "unchanged" },
    end: { apps: { web: "unchanged" }, there: { web: 1 } },
  },
  {
    name: "an app is new",
    was: [{ apps: { web: {} } }],
    desired: { apps: { web: {}, db: {} } },
    plan: { web: "unchanged", db: "create" },
    end: { apps: { web: "unchanged", db: "running" }, there: { web: 1, db: 1 } },
  },
  {
    name: "an app is no longer named, and kept",
    was: [{ apps: { web: {}, old: {} } }],
    desired: { apps: { web: {} } },
    plan: { web: "unchanged", old: "keep" },
    end: { apps: { web: "unchanged" }, there: { web: 1, old: 1 } },
  },
  {
    name: "an app is no longer named, and pruned",
    was: [{ apps: { web: {}, old: {} } }],
    desired: { apps: { web: {} } },
    options: { prune: true },
    plan: { web: "unchanged", old: "remove" },
    end: { apps: { web: "unchanged" }, there: { web: 1, old: 0 } },
  },
  {
    name: "an orphan stays when an app fails",
    was: [{ apps: { web: {}, old: {} } }],
    desired: { apps: { web: {}, bad: { does: "fails" } } },
    options: { prune: true },
    plan: { web: "unchanged", bad: "create", old: "remove" },
    end: { outcome: "failed", apps: { web: "unchanged", bad: "failed" }, there: { web: 1, bad: 0, old: 1 } },
  },
  {
    name: "a service by that name is somebody else's",
    since: (kit) => deployByHand(kit, "web"),
    desired: { apps: { web: { version: 2 }, db: {} } },
    plan: { web: "conflict", db: "create" },
    end: { outcome: "refused", there: { web: 1, db: 0 } },
  },
  {
    name: "somebody else's service is taken over",
    needs: ["update"],
    since: (kit) => deployByHand(kit, "web"),
    desired: { apps: { web: {} } },
    options: { adopt: ["web"] },
    plan: { web: "adopt" },
    end: { apps: { web: "adopted" }, there: { web: 1 } },
  },
  {
    name: "somebody else's service is taken over and changed",
    needs: ["update"],
    since: (kit) => deployByHand(kit, "web"),
    desired: { apps: { web: { version: 2 } } },
    options: { adopt: ["web"] },
    plan: { web: "adopt env.VERSION" },
    end: { apps: { web: "adopted" }, there: { web: 2 } },
  },
  {
    name: "somebody else's service is as before when another app fails after it was taken over",
    needs: ["update"],
    since: (kit) => deployByHand(kit, "web"),
    desired: { apps: { web: { version: 2 }, bad: { does: "fails", dependsOn: ["web"] } } },
    options: { adopt: ["web"] },
    plan: { web: "adopt env.VERSION", bad: "create" },
    end: { outcome: "failed", apps: { web: "put-back", bad: "failed" }, there: { web: 1, bad: 0 } },
  },
  {
    name: "a new app fails",
    desired: { apps: { bad: { does: "fails" } } },
    plan: { bad: "create" },
    end: { outcome: "failed", apps: { bad: "failed" }, there: { bad: 0 } },
  },
  {
    name: "a new app fails, and all is kept",
    desired: { apps: { web: {}, bad: { does: "fails", dependsOn: ["web"] } } },
    options: { keepFailed: true },
    plan: { web: "create", bad: "create" },
    end: { outcome: "failed", apps: { web: "running", bad: "failed" }, there: { web: 1, bad: 1 } },
  },
  {
    name: "a new app fails after another was made",
    desired: { apps: { web: {}, bad: { does: "fails", dependsOn: ["web"] } } },
    plan: { web: "create", bad: "create" },
    end: { outcome: "failed", apps: { web: "put-back", bad: "failed" }, there: { web: 0, bad: 0 } },
  },
  {
    name: "a new app fails after another was changed",
    was: [{ apps: { web: {} } }],
    desired: { apps: { web: { version: 2 }, bad: { does: "fails", dependsOn: ["web"] } } },
    plan: { web: "update env.VERSION", bad: "create" },
    end: { outcome: "failed", apps: { web: "put-back", bad: "failed" }, there: { web: 1, bad: 0 } },
  },
  {
    name: "a change fails",
    was: [{ apps: { web: {} } }],
    desired: { apps: { web: { version: 2, does: "fails" } } },
    plan: { web: "update command env.VERSION" },
    end: { outcome: "failed", apps: { web: FAILED_CHANGE }, there: { web: 1 } },
  },
  {
    name: "a change fails: what was changed before is put back, and what was made is removed",
    was: [{ apps: { db: {}, web: {} } }],
    desired: {
      apps: { db: { version: 2 }, new: { dependsOn: ["db"] }, web: { version: 2, does: "fails", dependsOn: ["new"] } },
    },
    plan: { db: "update env.VERSION", new: "create", web: "update command env.VERSION" },
    end: {
      outcome: "failed",
      apps: { db: "put-back", new: "put-back", web: FAILED_CHANGE },
      there: { db: 1, new: 0, web: 1 },
    },
  },
  {
    name: "a change fails, and all is kept",
    was: [{ apps: { db: {}, web: {} } }],
    desired: { apps: { db: { version: 2 }, web: { version: 2, does: "fails", dependsOn: ["db"] } } },
    options: { keepFailed: true },
    plan: { db: "update env.VERSION", web: "update command env.VERSION" },
    end: { outcome: "failed", apps: { db: "updated", web: FAILED_CHANGE }, there: { db: 2 } },
  },
  {
    name: "what depends on a change that fails is not touched",
    was: [{ apps: { db: {}, web: { dependsOn: ["db"] } } }],
    desired: { apps: { db: { version: 2, does: "fails" }, web: { version: 2, dependsOn: ["db"] } } },
    plan: { db: "update command env.VERSION", web: "update env.VERSION" },
    end: { outcome: "failed", apps: { db: FAILED_CHANGE, web: "skipped" }, there: { db: 1, web: 1 } },
  },
  {
    name: "what is as it should be waits for nobody",
    was: [{ apps: { db: {}, web: { dependsOn: ["db"] } } }],
    desired: { apps: { db: { version: 2, does: "fails" }, web: { dependsOn: ["db"] } } },
    plan: { db: "update command env.VERSION", web: "unchanged" },
    end: { outcome: "failed", apps: { db: FAILED_CHANGE, web: "unchanged" }, there: { db: 1, web: 1 } },
  },
  {
    name: "a service was stopped by hand",
    needs: ["stop"],
    was: [{ apps: { web: {}, db: {} } }],
    since: (kit) => kit.stop?.(nameOf(kit, "web")) ?? Promise.resolve(),
    desired: { apps: { web: {}, db: {} } },
    plan: { web: "update", db: "unchanged" },
    end: { apps: { web: "updated", db: "unchanged" }, there: { web: 1, db: 1 } },
  },
  {
    name: "a service was changed by hand",
    needs: ["settings", "update", "inspect"],
    was: [{ apps: { web: {} } }],
    since: (kit) => changeByHand(kit, "web", { env: ["VERSION=7"] }),
    desired: { apps: { web: {} } },
    options: { refresh: true },
    plan: { web: "update env.VERSION drifted" },
    end: { apps: { web: "updated" }, there: { web: 1 } },
  },
  {
    name: "a service is gone",
    was: [{ apps: { web: {}, db: {} } }],
    since: ({ strategy, ...kit }) => strategy.remove(nameOf(kit, "web"), { wait: true }),
    desired: { apps: { web: {}, db: {} } },
    plan: { web: "create", db: "unchanged" },
    end: { apps: { web: "running", db: "unchanged" }, there: { web: 1, db: 1 } },
  },
  {
    name: "an app does its work and ends",
    desired: { apps: { job: { does: "ends" }, web: { dependsOn: ["job"] } } },
    plan: { job: "create", web: "create" },
    end: { apps: { job: "completed", web: "running" }, there: { job: 1, web: 1 } },
  },
  {
    name: "an app has done its work",
    was: [{ apps: { job: { does: "ends" } } }],
    desired: { apps: { job: { does: "ends" } } },
    plan: { job: "unchanged" },
    end: { apps: { job: "unchanged" }, there: { job: 1 } },
  },
  {
    name: "a network is made for the apps",
    needs: ["network"],
    desired: { apps: { web: { joins: true } }, network: true },
    plan: { web: "create", net: "create" },
    end: { apps: { web: "running" }, there: { web: 1 }, resources: ["net"] },
  },
  {
    name: "a network goes again when the app that it was made for fails",
    needs: ["network"],
    desired: { apps: { bad: { joins: true, does: "fails" } }, network: true },
    plan: { bad: "create", net: "create" },
    end: { outcome: "failed", apps: { bad: "failed" }, there: { bad: 0 } },
  },
  {
    name: "a network is no longer named, and pruned",
    needs: ["network"],
    was: [{ apps: { web: {} }, network: true }],
    desired: { apps: { web: {} } },
    options: { prune: true },
    plan: { web: "unchanged", net: "remove" },
    end: { apps: { web: "unchanged" }, there: { web: 1 } },
  },
  {
    name: "a config has other content, and the one before stays for a rollback",
    needs: ["config", "rollback"],
    was: [{ apps: { web: { config: "a" } }, config: "a" }],
    desired: { apps: { web: { config: "b" } }, config: "b" },
    plan: { web: "update configs./conf.name", "conf-b": "create", "conf-a": "keep" },
    end: { apps: { web: "updated" }, there: { web: 1 }, resources: ["conf-a", "conf-b"] },
  },
  {
    name: "a config that no version needs any more goes",
    needs: ["config", "rollback"],
    was: [
      { apps: { web: { config: "a" } }, config: "a" },
      { apps: { web: { config: "b" } }, config: "b" },
    ],
    desired: { apps: { web: { config: "c" } }, config: "c" },
    plan: { web: "update configs./conf.name", "conf-c": "create", "conf-b": "keep", "conf-a": "remove" },
    end: { apps: { web: "updated" }, there: { web: 1 }, resources: ["conf-b", "conf-c"] },
  },
];

const deployByHand = ({ strategy, request, commands, ...kit }: Kit, name: string): Promise<unknown> =>
  strategy.deploy({ ...request, command: commands.runs, env: ["VERSION=1"], name: nameOf(kit, name) });

/** As somebody does with the platform's own tools: the labels that say what it was made from stay. */
async function changeByHand({ strategy, ...kit }: Kit, name: string, change: Partial<DeployRequest>): Promise<void> {
  const service = nameOf(kit, name);
  const { settings } = await requireCapability(strategy, "inspect").inspect(service);
  if (settings === undefined) throw new Error(`The settings of ${service} are not told.`);
  await requireCapability(strategy, "update").update({ ...settings, ...change });
  await requireCapability(strategy, "wait").wait(service);
}
