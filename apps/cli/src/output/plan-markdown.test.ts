import type { Plan, PlannedApp } from "@openfactory/deployer";
import { expect, test } from "vitest";
import { hostilePlan } from "../../test/hostile-plan.js";
import { samplePlan } from "../../test/sample-plan.js";
import { planMarkdown } from "./plan-markdown.js";

const [, api] = samplePlan.apps as [PlannedApp, PlannedApp];

/** Markdown with its entities decoded and without tags. */
const shown = (markdown: string): string =>
  markdown
    .replace(/<\/?(?:code|details|summary|br)>/g, "")
    .replace(/&#(\d+);/g, (_, point: string) => String.fromCharCode(Number(point)));

test("planMarkdown() starts with a hidden marker of project and platform, and with the summary", () => {
  expect(planMarkdown(samplePlan).split("\n").slice(0, 2).map(shown)).toEqual([
    "<!-- ofdeploy plan factory swarm -->",
    "### Plan of factory on swarm: up would stop before any change: 2 conflicts, 2 problems on the engine",
  ]);
  const calm = {
    ...samplePlan,
    apps: samplePlan.apps.slice(-1),
    orphans: [],
    others: [],
    resources: [],
    findings: [],
    hasChanges: false,
  };
  expect(shown(planMarkdown(calm))).toBe(
    "<!-- ofdeploy plan factory swarm -->\n### Plan of factory on swarm: No changes\n",
  );
  expect(planMarkdown({ ...calm, project: "a --> b" })).toMatch(/^<!-- ofdeploy plan a%20--%3E%20b swarm -->\n/);
});

test("planMarkdown() lists conflicts, apps, resources, orphans, others and changed fields", () => {
  const location = { file: "openfactory.yml", line: 12, column: 5 };
  const findings = [
    {
      app: "new",
      service: "new",
      code: "CONFLICT" as const,
      message: "Port 80 is in use",
      hint: "Stop it.",
      key: "ports[0]",
      location,
    },
  ];
  const text = shown(planMarkdown({ ...samplePlan, findings }));
  for (const line of [
    "- **CONFLICT** cache: Service cache belongs to the project other.",
    "- **CONFLICT** new ports[0] (openfactory.yml:12): Port 80 is in use.Stop it.",
    "| ~ | api | change | 5 fields · openfactory.yml:12 |",
    "| ± | db | **replace** | Replaced: Its mode can't be changed in place. · 1 field |",
    "1 app is unchanged.",
    "| + | network factory_back |  |",
    "- ? left: not in the file; ofdeploy up --prune removes it",
    "- elsewhere: app_b.yml",
    "  image\n- demo:1\n+ demo:2",
    "  environment.TOKEN  (api.env:3)\n- (hidden)\n+ (hidden)",
    '- sh -c "one"\n- second line\n+ sh -c',
    '  labels.team  (openfactory.yml:120)\n+ ""',
  ]) {
    expect(text).toContain(line);
  }
});

test("planMarkdown() shows the key of the file and its position, and the path for a field without key", () => {
  const change = {
    path: "ports.8080/tcp",
    key: "ports[0]",
    item: "8080/tcp",
    location: { file: "a.yml", line: 2, column: 3 },
  };
  const text = planMarkdown({
    ...samplePlan,
    apps: [{ ...api, changes: [{ ...change, to: "80" }, { path: "mode" }] }],
  });
  expect(text).toContain("\n  ports[0] (8080/tcp)  (a.yml:2)\n+ 80\n  mode\n");
});

test("planMarkdown() contains no markup, mention or link of names and values", () => {
  const text = planMarkdown(hostilePlan).replace(/^.*\n/, "");
  // The contents of fences are literal: they are longer than any run of backticks in them.
  const fences = [...text.matchAll(/^(`{3,})diff\n([^]*?)\n\1$/gm)];
  expect(fences).toHaveLength(3);
  for (const [, fence = "", content = ""] of fences) {
    expect(fence.length).toBeGreaterThan(Math.max(...[...content.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
    expect(content).not.toMatch(/\u202e|[\p{Cc}--[\t\n]]/v);
  }
  const outside = text.replace(/^(`{3,})diff\n[^]*?\n\1$/gm, "");
  expect(outside.match(/<(?!\/?(?:code|details|summary|br)>)/g)).toBeNull();
  expect(outside).not.toMatch(/`|\$|!\[|\]\(|https?:\/\/|www\.e|:tada:|\u202e|[\p{Cc}--[\t\n]]/v);
  // GitHub looks for mentions in the displayed text, but not within code.
  const prose = outside.replace(/<code>.*?<\/code>/g, "").replaceAll("&#8203;", "\u200b");
  expect(shown(prose)).not.toMatch(/[@#][\w]|GH-\d/);
  for (const row of outside.split("\n").filter((line) => line.startsWith("| "))) {
    expect([4, 5]).toContain(row.split("|").length - 1);
  }
});

test("planMarkdown() is not longer than a comment may be, and counts what it leaves out", () => {
  const apps = Array.from({ length: 1_000 }, (_, index) => ({ ...api, app: `app-${index}`, service: `app-${index}` }));
  const large = planMarkdown({ ...samplePlan, apps });
  expect(large.length).toBeLessThanOrEqual(65_536);
  expect(large.length).toBeGreaterThan(60_000);
  expect(large).toMatch(/_\d+ of 1000 apps with changed fields left out: a comment has at most 65,536 characters/);
  const worst: Plan = {
    ...hostilePlan,
    apps: apps.map((app) => ({ ...app, action: "conflict", reason: "`".repeat(9_000) })),
  };
  expect(planMarkdown(worst).length).toBeLessThanOrEqual(65_536);
});

test("planMarkdown() shortens a value of more than 2,000 characters, and states the number of the others", () => {
  const change = { path: "command", from: "x", to: `${"y".repeat(2_000)}${"z".repeat(1_234)}` };
  const text = planMarkdown({ ...samplePlan, apps: [{ ...api, changes: [change] }] });
  expect(text).toContain("y... (1,234 more characters)");
  expect(text).not.toContain("z");
});
