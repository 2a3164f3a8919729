import type { FieldChange, Plan, PlannedApp } from "@openfactory/deployer";
import { asSentence, conflictsOf, problemsOf, type Remark, verdictOf, warningsOf } from "./plan-summary.js";
import { changeName, lineOf } from "./change-lines.js";
import { appEntry, orphanEntry, resourceEntry } from "./plan-text.js";
import { visible } from "./visible.js";

/** The most characters of a comment on GitHub. */
const COMMENT_LIMIT = 65_536;
/** Kept free for the notes about omitted entries. */
const RESERVE = 2_000;
/** The most characters of one value, and of one name or sentence. A plan with values of megabytes is still a comment. */
const VALUE_LIMIT = 2_000;
const TEXT_LIMIT = 1_000;

/** Identifies the comment of a project on a platform, so that a program can update it. */
const markdownMarker = ({ project, platform }: Pick<Plan, "project" | "platform">): string =>
  `<!-- ofdeploy plan ${encodeURIComponent(project)} ${encodeURIComponent(platform)} -->`;

/** A part of the document. Items that don't fit are counted below it. */
interface Section {
  head: string;
  items: readonly string[];
  foot?: string;
  noun: [one: string, several: string];
}

/**
 * A plan as Markdown of GitHub, for the comment of a pull request: a hidden marker, the summary, problems, tables of apps and
 * resources, services that stay, warnings, and the changed fields. At most 65,536 characters: what does not fit is left
 * out, and counted. No name or value can add markup, mention a user, or link an issue.
 */
export function planMarkdown(plan: Plan, { limit = COMMENT_LIMIT }: { limit?: number } = {}): string {
  const { text } = verdictOf(plan);
  let document = `${markdownMarker(plan)}\n### Plan of ${code(plan.project)} on ${code(plan.platform)}: ${escapeText(text)}\n`;
  for (const { head, items, foot = "", noun } of sectionsOf(plan)) {
    if (items.length === 0) continue;
    const fitting: string[] = [];
    let room = limit - RESERVE - document.length - head.length - foot.length - 2;
    for (const item of items) {
      if (item.length + 1 > room) break;
      fitting.push(item);
      room -= item.length + 1;
    }
    if (fitting.length > 0) document += `\n${head}${fitting.join("\n")}\n${foot}`;
    const left = items.length - fitting.length;
    if (left > 0) {
      document += `\n_${left} of ${items.length} ${items.length === 1 ? noun[0] : noun[1]} left out: a comment has at most ${COMMENT_LIMIT.toLocaleString("en-US")} characters. Run \`ofdeploy plan\` to see all._\n`;
    }
  }
  return document;
}

function sectionsOf(plan: Plan): Section[] {
  const changed = plan.apps.filter(({ action }) => action !== "unchanged");
  const unchanged = plan.apps.length - changed.length;
  const resources = plan.resources.filter((each) => !resourceEntry(each).quiet);
  const orphans = plan.orphans.map((orphan) => ({ ...orphanEntry(orphan), action: orphan.action }));
  return [
    { head: "", items: [...conflictsOf(plan), ...problemsOf(plan)].map(remark), noun: ["problem", "problems"] },
    {
      head: "| | App | Action | |\n|---|---|---|---|\n",
      items: changed.map(appRow),
      foot: unchanged === 0 ? "" : `\n${unchanged} ${unchanged === 1 ? "app is" : "apps are"} unchanged.\n`,
      noun: ["app", "apps"],
    },
    {
      head: "| | Resource | |\n|---|---|---|\n",
      items: resources.map((each) => {
        const { mark, name, note } = resourceEntry(each);
        return `| ${code(mark)} | ${code(name)} | ${note === undefined ? "" : prose(note)} |`;
      }),
      noun: ["resource", "resources"],
    },
    {
      head: "**Services that are not in the files**\n\n",
      items: orphans.map(({ mark, name, note = "" }) => `- ${code(mark)} ${code(name)}: ${prose(note)}`),
      noun: ["service", "services"],
    },
    {
      head: "**Services of other files**, which are not changed\n\n",
      items: plan.others.map(
        ({ app, owner }) => `- ${code(app)}: ${owner.file === undefined ? "no file is recorded" : code(owner.file)}`,
      ),
      noun: ["service", "services"],
    },
    { head: "**Warnings**\n\n", items: warningsOf(plan).map(remark), noun: ["warning", "warnings"] },
    {
      head: "",
      items: changed.filter(({ changes }) => changes.length > 0).map(details),
      noun: ["app with changed fields", "apps with changed fields"],
    },
  ];
}

const remark = ({ code: id, subject, message, hint, key, location }: Remark): string =>
  [
    `- **${escapeText(id)}**`,
    subject !== undefined && code(subject),
    key !== undefined && code(key),
    location !== undefined && `(${code(lineOf(location))})`,
  ]
    .filter(Boolean)
    .join(" ") + `: ${prose(message)}${hint === undefined ? "" : `<br>${prose(hint)}`}`;

const ACTIONS: Readonly<Record<PlannedApp["action"], string>> = {
  create: "create",
  update: "change",
  replace: "**replace**",
  adopt: "adopt",
  conflict: "**conflict**",
  unchanged: "unchanged",
};

function appRow(planned: PlannedApp): string {
  const { app, action, changes, location } = planned;
  const { mark, note } = appEntry(planned);
  const fields = changes.length === 0 ? "" : `${changes.length} ${changes.length === 1 ? "field" : "fields"}`;
  const notes = [note && prose(asSentence(note)), fields, location && code(lineOf(location))].filter(Boolean);
  return `| ${code(mark)} | ${code(app)} | ${ACTIONS[action]} | ${notes.join(" · ")} |`;
}

/** The changed fields of an app, folded. */
function details({ app, changes }: PlannedApp): string {
  const lines = changes.flatMap((change) => {
    const { from, to, masked, location } = change;
    const place = location === undefined ? "" : `  (${lineOf(location)})`;
    return [
      `  ${oneLine(changeName(change))}${oneLine(place)}`,
      ...valueLines("-", from, masked),
      ...valueLines("+", to, masked),
    ];
  });
  const text = lines.join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `\n<details><summary>${code(app)}</summary>\n\n${fence}diff\n${text}\n${fence}\n\n</details>`;
}

/** Every line of a value after its mark. A value that is not set has none. */
function valueLines(mark: string, value: FieldChange["from"], masked: FieldChange["masked"]): string[] {
  if (value === undefined) return [];
  const text = masked ? "(hidden)" : value === "" ? '""' : visible(shorten(value, VALUE_LIMIT));
  return text.split("\n").map((line) => `${mark} ${line}`);
}

function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const letters = [...text];
  return `${letters.slice(0, limit).join("")}... (${(letters.length - limit).toLocaleString("en-US")} more characters)`;
}

const oneLine = (text: string): string => visible(shorten(text, TEXT_LIMIT)).replaceAll("\n", "\\n");

/** Every character with a meaning in Markdown or HTML as an entity, so that none has one. */
const entities = (text: string): string => oneLine(text).replace(/[^\p{L}\p{N} ,()/.-]|(?<=\bwww)\./giu, entity);

const entity = (character: string): string => `&#${character.codePointAt(0)};`;

/**
 * Text without markup and links. GitHub searches the displayed text for `@user`, `#1` and `GH-1`, so a zero-width space is
 * added to these.
 */
const escapeText = (text: string): string =>
  oneLine(text)
    .replace(/[\\`*_{}[\]<>#|~&$^@:]|(?<=\bwww)\./gi, entity)
    .replace(/&#(?:35|64);|\bGH(?=-\d)/gi, "$&&#8203;");

/** GitHub adds no links within `code`. */
const code = (text: string): string => `<code>${entities(text)}</code>`;

/** A sentence; text in backticks becomes code. */
const prose = (text: string): string =>
  shorten(text, TEXT_LIMIT)
    .split("`")
    .map((part, index) => (part === "" ? "" : index % 2 === 1 ? code(part) : escapeText(part)))
    .join("");
