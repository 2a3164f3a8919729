import { describe, expect, test } from "vitest";
import { junitProblems } from "../../../test/junit-problems.js";
import type { Clause } from "../../specification/clause.js";
import { createReport } from "../report.js";
import type { CaseResult } from "../run-contract.js";
import { badge, badgeText } from "./badge.js";
import { escapeMarkdown, escapeXml } from "./escape.js";
import { junit } from "./junit.js";
import { markdown } from "./markdown.js";

const HOSTILE = `<script>alert("x")</script> | a](http://evil.example) {{ x }} @all \`code\` & 'q' \u{0}\n# heading`;

const clauses: Clause[] = [
  { id: "A-1", level: "MUST", profile: "core", text: "", cases: ["group > one"] },
  { id: "A-2", level: "MUST", profile: "core", text: "", cases: ["group > two"] },
];
const cases: CaseResult[] = [
  { name: "group > one", state: "failed", message: HOSTILE, durationMs: 1500 },
  { name: "group > two", state: "skipped", reason: `not available here: ${HOSTILE}`, durationMs: 0 },
];
const hostile = createReport({
  clauses,
  cases,
  errors: [HOSTILE],
  benchmark: { measurements: [], remarks: [HOSTILE] },
  manifest: { name: HOSTILE, supportedFields: [], capabilities: [] },
  about: {
    date: "2026-11-28",
    title: HOSTILE,
    contract: { version: "1.0", suite: "1.0.0" },
    implementation: { name: HOSTILE, version: HOSTILE, organization: HOSTILE, url: HOSTILE },
    engine: { name: HOSTILE, version: HOSTILE },
  },
});

test("escapeXml() escapes markup and replaces what XML does not allow", () => {
  expect(escapeXml(`<a b="c">&'\u{0}\u{D800}\n`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;&apos;\u{FFFD}\u{FFFD} ");
});

test("escapeMarkdown() returns one line without markup, HTML, links, mentions or templates", () => {
  expect(escapeMarkdown("a|b\n# c")).toBe(String.raw`a\|b \# c`);
  expect(escapeMarkdown("<b> {{ x }} @all")).toBe("&#60;b&#62; &#123;&#123; x &#125;&#125; &#64;all");
  expect(escapeMarkdown("[x](http://e) www.e")).toBe(String.raw`\[x\](http&#58;//e) www&#46;e`);
});

describe("with hostile texts of a target", () => {
  test("the JUnit report is valid", () => {
    const xml = junit(hostile, cases, clauses);
    expect(junitProblems(xml)).toEqual([]);
    expect(xml).toContain(`name="one [A-1]" classname="group" time="1.500"`);
  });

  test("the badge has no elements of them, a title, and no requests", () => {
    const svg = badge(hostile);
    expect(svg).not.toMatch(/<script|(?:src|href)=|url\((?!#)|@import/);
    expect(svg).toContain(`role="img" aria-label="`);
    expect(svg).toContain("<title>&lt;script&gt;");
  });

  test("the summary has no HTML, links, or lines of them", () => {
    const text = markdown(hostile);
    expect(text).not.toMatch(/<script|\(https?:|\{\{|^# heading/m);
    expect(text).not.toContain("\u{0}");
  });
});

test("badgeText() counts the conformant extended profiles", () => {
  const profile = (name: "core" | "wait" | "logs" | "stop", result: "conformant" | "partial" | "notDeclared") => ({
    ...(hostile.profiles[0] as (typeof hostile.profiles)[0]),
    name,
    result,
  });
  const profiles = [profile("core", "conformant"), profile("wait", "conformant"), profile("stop", "notDeclared")];
  expect(badgeText({ ...hostile, result: "conformant", profiles })).toBe("conformant: core + 1");
  const partial = [...profiles, profile("logs", "partial")];
  expect(badgeText({ ...hostile, result: "partial", profiles: partial })).toBe("partial: core + 1/2");
});
