import type { Plan, PlannedApp } from "@openfactory/deployer";
import { expect, test } from "vitest";
import { desiredOf, hostilePlan } from "../../../test/hostile-plan.js";
import { samplePlan } from "../../../test/sample-plan.js";
import { planPage } from "./page.js";

const options = { version: "1.2.3", now: new Date("2026-11-28T12:00:00Z") };
const [fresh, api] = samplePlan.apps as [PlannedApp, PlannedApp];

/** The tags of a page. @throws Error if one is not closed in order. */
function tagsOf(page: string): Set<string> {
  const open: string[] = [];
  const seen = new Set<string>();
  const body = page.replace(/<style>[^]*?<\/style>/, "").replace(/^<!doctype html>/, "");
  for (const [, close, name = "", attributes = "", selfClosed] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>|<[^]/g,
  )) {
    if (name === "") throw new Error("A < that starts no tag.");
    seen.add(name);
    for (const [, attribute = ""] of attributes.matchAll(/ ([a-zA-Z-]+)=/g)) seen.add(`@${attribute}`);
    if (close) expect(open.pop()).toBe(name);
    else if (!selfClosed && name !== "meta") open.push(name);
  }
  expect(open).toEqual([]);
  return seen;
}

test("planPage() shows summary, problems, changed fields, resources, orphans, others and the version", () => {
  const page = planPage(samplePlan, desiredOf(samplePlan), options);
  tagsOf(page);
  for (const text of [
    "<h1>factory <small>on swarm</small></h1>",
    "up would stop before any change: 2 conflicts",
    '<li class="create"><b>2</b>to create</li>',
    '<td class="from" data-label="Now"><span class="value">demo:1</span></td>',
    "network factory_back",
    "Its data may be needed.",
    "<code>ofdeploy up --prune</code> removes it.",
    "app_b.yml",
    "Made by ofdeploy 1.2.3 on",
    '<time datetime="2026-11-28T12:00:00.000Z">2026-11-28 12:00 UTC</time>',
  ]) {
    expect(page).toContain(text);
  }
  expect(page.match(/<span class="none">hidden<\/span>/g)).toHaveLength(2);
});

test("planPage() has no script, no external address, and a policy that allows only its own styles", () => {
  const page = planPage(hostilePlan, desiredOf(hostilePlan), options);
  const tags = tagsOf(page);
  for (const tag of ["script", "img", "a", "link", "iframe", "@style", "@src", "@href", "@onload", "@onerror"]) {
    expect(tags).not.toContain(tag);
  }
  expect(page).toMatch(
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'">/,
  );
  expect(page).not.toMatch(/\u202e|[\p{Cc}--[\t\n]]/v);
  expect(page).toContain("\\u{202e}gnp.exe");
});

test("planPage() shows the image, ports and placement of an app to create, and no values of its variables", () => {
  const desired = desiredOf(samplePlan);
  const [first] = desired.apps;
  const request = { ...first!.request, env: ["TOKEN=hunter2"], ports: [{ target: 80, published: 8080 }] };
  const page = planPage(samplePlan, { ...desired, apps: [{ ...first!, request }] }, options);
  expect(page).toContain("<dt>Ports</dt><dd>8080 → 80</dd>");
  expect(page).toContain("<dt>Placement</dt><dd>node.role == worker</dd>");
  expect(page).not.toContain("hunter2");
});

const many = (count: number, more: (index: number) => Partial<PlannedApp> = () => ({})): Plan => ({
  ...samplePlan,
  apps: Array.from({ length: count }, (_, index) => ({
    ...(index % 2 === 0 ? fresh : api),
    app: `app-${index}`,
    service: `app-${index}`,
    ...more(index),
  })),
  orphans: [],
  resources: [{ kind: "network", name: "factory_back", action: "create" }],
});

test("the diagram has a box for each of 24 apps; more apps with the same connections are one box", () => {
  const boxes = (plan: Plan): number =>
    planPage(plan, desiredOf(plan), options)
      .split('<div class="narrow">')[0]
      ?.match(/class="box app /g)?.length ?? 0;
  expect(boxes(many(1))).toBe(1);
  expect(boxes(many(24))).toBe(24);
  expect(boxes(many(200))).toBe(2);
  const page = planPage(many(200), desiredOf(many(200)), options);
  expect(page).toContain("200 apps in 2 groups");
  expect(page).toContain("100 apps");
  expect(page.match(/<tr><th scope="row">app-\d+<\/th>/g)).toHaveLength(200);
});

test("the diagram is omitted with a reason if the groups have too many connections", () => {
  const plan = many(200);
  const desired = desiredOf(plan);
  const apps = desired.apps.map((app, index) => ({
    ...app,
    request: { ...app.request, networks: [`net-${index % 50}`, `net-${(index * 7) % 50}`] },
  }));
  const page = planPage(plan, { ...desired, apps }, options);
  expect(page).not.toContain('<svg class="diagram"');
  expect(page).toMatch(/The diagram is omitted, because 200 apps in \d+ groups/);
  expect(page).toContain("Connections as a table");
});

test("the diagram shows the nodes of running instances, and the constraints of an app that does not run", () => {
  const instance = {
    id: "1",
    name: "api.1",
    node: "node-2",
    state: "running",
    engineState: "running",
    restarts: 0,
  } as const;
  const plan = { ...samplePlan, apps: [fresh, { ...api, status: { ...api.status!, instances: [instance] } }] };
  const page = planPage(plan, desiredOf(plan), options);
  expect(page).toContain("api runs on node node-2");
  expect(page).toContain("new can run on any node with node.role == worker");
});
