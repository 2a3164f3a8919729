import { createHash } from "node:crypto";
import type { SourceLocation } from "@openfactory/deploy-core";
import type { DesiredApp, DesiredProject, FieldChange, Plan, PlannedApp, PlannedResource } from "@openfactory/deployer";
import { changeName, lineOf } from "../change-lines.js";
import { appEntry, orphanEntry } from "../plan-text.js";
import { asSentence, conflictsOf, countsOf, problemsOf, type Remark, verdictOf, warningsOf } from "../plan-summary.js";
import { inFileUnits } from "../units.js";
import { ACTION_WORDS, diagramOf, MARKS } from "./diagram.js";
import { type Markup, markup, NOTHING, raw } from "./markup.js";
import { STYLES } from "./styles.js";
import { replicasOf, topologyOf } from "./topology.js";

export interface PageOptions {
  /** Of `ofdeploy`. */
  readonly version: string;
  readonly now: Date;
}

/**
 * A plan as one HTML page without scripts and external resources: summary, problems, diagram, changed apps field by field,
 * resources, and services that stay. The content security policy forbids everything but the page's own styles, so that no
 * name from an engine can load or run anything. Values of variables are masked as in the plan.
 */
export function planPage(plan: Plan, desired: DesiredProject, { version, now }: PageOptions): string {
  const requests = new Map(desired.apps.map((app) => [app.service, app]));
  const changed = plan.apps.filter(({ action }) => action !== "unchanged" && action !== "conflict");
  const unchanged = plan.apps.filter(({ action }) => action === "unchanged");
  const { text, kind } = verdictOf(plan);
  const styles = createHash("sha256").update(STYLES).digest("base64");
  const time = now.toISOString();
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${raw(styles)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="ofdeploy ${version}">
<meta name="referrer" content="no-referrer">
<title>Plan of ${plan.project} on ${plan.platform}: ${text}</title>
<style>${raw(STYLES)}</style>
</head>
<body>
<header>
<h1>${plan.project} <small>on ${plan.platform}</small></h1>
<p class="verdict ${kind}">${text}</p>
<ul class="tiles">${countsOf(plan).map(({ action, count, label }) => markup`<li class="${action}"><b>${count}</b>${label}</li>`)}</ul>
</header>
<main>
${problems(plan)}
${section("Diagram", undefined, diagramOf(topologyOf(plan, desired)))}
${section("Changes", changed.length, markup`${changed.map((app) => changedApp(app, requests.get(app.service)))}`)}
${resources(plan.resources)}
${orphans(plan)}
${others(plan)}
${section("Unchanged apps", unchanged.length, markup`<p>${unchanged.map(({ app }) => app).join(", ")}</p>`)}
${warnings(plan)}
</main>
<footer><p>Made by ofdeploy ${version} on <time datetime="${time}">${time.slice(0, 16).replace("T", " ")} UTC</time>. The page shows the engine at that time, and nothing was changed.</p></footer>
</body>
</html>
`.text;
}

const NBSP = raw("&nbsp;");

/** A section with a heading; nothing if it would be empty. */
function section(title: string, count: number | undefined, body: Markup): Markup {
  if (count === 0) return NOTHING;
  return markup`<section><h2>${title}${count !== undefined && markup`${NBSP}<span class="count">${count}</span>`}</h2>${body}</section>`;
}

function problems(plan: Plan): Markup {
  const all = [...conflictsOf(plan), ...problemsOf(plan)];
  const item = ({ code, subject, message, hint, key, location }: Remark): Markup =>
    markup`<li><span class="badge conflict">${code}</span> ${subject !== undefined && markup`<b>${subject}</b> `}${key !== undefined && markup`<code>${key}</code>`}${place(location)}<p>${prose(message)}</p>${
      hint !== undefined && markup`<p class="hint">${prose(hint)}</p>`
    }</li>`;
  return section("Problems", all.length, markup`<ul class="items">${all.map(item)}</ul>`);
}

function changedApp(planned: PlannedApp, desired: DesiredApp | undefined): Markup {
  const { app, service, action, changes, location } = planned;
  const { note } = appEntry(planned);
  return markup`<article class="app"><div class="head"><span class="badge ${action}">${MARKS[action]} ${ACTION_WORDS[action]}</span><h3>${app}</h3>${
    service !== app && markup`<span class="soft">service ${service}</span>`
  }${place(location)}</div>${note !== undefined && markup`<p>${prose(asSentence(note))}</p>`}${
    action === "create" && desired !== undefined && facts(desired)
  }${changes.length > 0 && changeTable(changes, location?.file)}</article>\n`;
}

/** The main settings of an app to create. No values of variables. */
function facts(app: DesiredApp): Markup {
  const { image, ports, networks = [], mounts = [], constraints = [] } = app.request;
  const published = Array.isArray(ports)
    ? ports.map(({ target, published: host }) => (host === undefined ? `${target}` : `${host} → ${target}`))
    : Object.entries(ports ?? {}).map(([host, target]) => `${host} → ${String(target)}`);
  const all = [
    ["Image", image],
    ["Replicas", replicasOf(app)],
    ["Ports", published.join(", ")],
    ["Networks", networks.join(", ")],
    ["Mounts", mounts.map(({ Target }) => Target).join(", ")],
    ["Placement", constraints.join(", ")],
    ["Starts after", app.dependsOn.map(({ service }) => service).join(", ")],
  ] as const;
  return markup`<dl class="facts">${all.map(([name, value]) => (value ? markup`<div><dt>${name}</dt><dd>${value}</dd></div>` : NOTHING))}</dl>`;
}

const changeTable = (changes: readonly FieldChange[], file: string | undefined): Markup =>
  markup`<table class="changes"><thead><tr><th scope="col">Field</th><th scope="col">Now</th><th scope="col">After</th></tr></thead><tbody>${changes.map(
    (change) =>
      markup`<tr><th scope="row"><code>${changeName(change)}</code>${place(change.location, file)}</th><td class="from" data-label="Now">${value(change.from, change)}</td><td class="to" data-label="After">${value(change.to, change)}</td></tr>\n`,
  )}</tbody></table>`;

function value(text: string | undefined, { masked, path }: FieldChange): Markup {
  if (text === undefined) return markup`<span class="none">not set</span>`;
  if (masked) return markup`<span class="none">hidden</span>`;
  if (text === "") return markup`<span class="none">empty</span>`;
  return markup`<span class="value">${inFileUnits(path, text)}</span>`;
}

function resources(all: readonly PlannedResource[]): Markup {
  const shown = all.filter(({ action }) => action !== "unchanged");
  const row = ({ kind, name, action, reason, location }: PlannedResource): Markup =>
    markup`<tr><th scope="row">${kind} ${name}</th><td data-label="Action"><span class="badge ${action}">${MARKS[action]} ${ACTION_WORDS[action]}</span></td><td data-label="Reason">${reason === undefined ? "–" : prose(reason)} ${place(location)}</td></tr>\n`;
  const rest = all.length - shown.length;
  return section(
    "Networks, volumes, configs and secrets",
    shown.length,
    markup`<table><thead><tr><th scope="col">Resource</th><th scope="col">Action</th><th scope="col">Reason</th></tr></thead><tbody>${shown.map(row)}</tbody></table>${
      rest > 0 && markup`<p class="note">${rest} unchanged</p>`
    }`,
  );
}

const orphans = (plan: Plan): Markup =>
  section(
    "Services that are not in the files",
    plan.orphans.length,
    markup`<ul class="items">${plan.orphans.map(
      (orphan) =>
        markup`<li><span class="badge ${orphan.action}">${MARKS[orphan.action]} ${ACTION_WORDS[orphan.action]}</span> <b>${orphan.app}</b><p class="soft">${prose(asSentence(orphanEntry(orphan).note ?? ""))}</p></li>`,
    )}</ul>`,
  );

const others = (plan: Plan): Markup =>
  section(
    "Services of other files",
    plan.others.length,
    markup`<p class="soft">They belong to the project, and up does not change them.</p><ul class="items">${plan.others.map(
      ({ app, owner }) =>
        markup`<li><b>${app}</b> <span class="soft">${owner.file ?? "no file is recorded"}</span></li>`,
    )}</ul>`,
  );

function warnings(plan: Plan): Markup {
  const all = warningsOf(plan);
  return section(
    "Warnings",
    all.length,
    markup`<ul class="items">${all.map(
      ({ code, subject, message }) =>
        markup`<li><span class="badge update">${code}</span> ${subject !== undefined && markup`<b>${subject}</b> `}<p>${prose(message)}</p></li>`,
    )}</ul>`,
  );
}

/** A position: `app.yml:12`, or `line 12` of the file `base`. */
const place = (location: SourceLocation | undefined, base?: string): Markup =>
  location === undefined
    ? NOTHING
    : markup` <span class="place">${location.file === base ? `line\u00a0${location.line}` : lineOf(location)}</span>`;

/** A sentence; text in backticks becomes code. */
const prose = (text: string): Markup =>
  markup`${text.split("`").map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : markup`${part}`))}`;
