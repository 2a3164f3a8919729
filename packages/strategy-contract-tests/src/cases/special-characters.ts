import { parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { expectSettings } from "../compare-settings.js";
import type { Suite } from "../suite.js";

const oddTexts = {
  equals: "a=b==c=",
  quotes: `"double" 'single' \`back\``,
  newline: "first\nsecond\r\nthird",
  trailingNewline: "line\n",
  tab: "a\tb",
  spaces: "  both sides  ",
  empty: "",
  dollar: "$HOME ${HOME} $(id) $$",
  backslash: "a\\b \\n \\\\",
  percent: "%s %d %%",
  unicode: "Grüße, 世界, Ω, \u0301e",
  emoji: "🏭👩‍🏭",
  braces: "{} { } [a] <b>",
  json: `{"a":[1,"b"]}`,
  comma: "a,b;c|d&e",
  glob: "* ? ~ #",
  control: "\u0001\u007f",
  long: "x".repeat(8192),
} as const;

const TEMPLATE = "{{.Service.Name}} {{ 1 }} }}";

/** What a template engine would read as something else. */
const LITERALS = [TEMPLATE, "{{{", "{{{{", "}}", "{{- x -}}", "{{/* x */}}", '{{"{{"}}', "{{`", "{ {", "{{\n}}"];

/** The environment that the process itself was started with, where the target can look inside. */
const environmentOf = async (suite: Suite, name: string): Promise<string[] | undefined> => {
  const answer = await suite.probes.exec?.(name, ["cat", "/proc/1/environ"]);
  return answer?.output.split("\0");
};

/** Every character that is legal reaches the process as it was written. */
export function oddCharactersCases(suite: Suite): void {
  test("env", async () => {
    const env = Object.entries(oddTexts).map(([key, value]) => `ODD_${key}=${value}`);
    env.push("lower.case-key=1", "_=2", "Ümlaut=3", "with space=4", 'qu"ote=5', "$dollar=6", "{a}/b:c,d=7", "9=8");
    const request = await suite.running(suite.request({ env }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
    const inside = await environmentOf(suite, request.name);
    if (inside !== undefined) expect(inside).toEqual(expect.arrayContaining(env));
  });

  test("env with what looks like a template reaches the process as it is written, or is refused", async () => {
    const env = [`TEMPLATE=${TEMPLATE}`, "{{.Node.Hostname}}=1"];
    const request = suite.request({ env });
    if (suite.target.expandsTemplates) {
      const error = await suite.failsCleanly(() => suite.strategy.deploy(request), "UNSUPPORTED", request.name);
      expect(error.issues.map(({ field }) => field)).toEqual(["env[0]"]);
      expect(JSON.stringify(error), "the value is not repeated").not.toContain(".Service.Name");
      return;
    }
    const { name } = await suite.running(request);
    const inside = await environmentOf(suite, name);
    expect(inside ?? (await suite.settings(name)).env).toEqual(expect.arrayContaining(env));
  });

  test("templates: literal: env and hostname reach the process as they are written", async (context) => {
    suite.needs(context, { templates: "literal" });
    const env = [...LITERALS.map((text, index) => `TEMPLATE_${index}=${text}`), "{{.Node.Hostname}}=1"];
    const isHostnameHonoured = suite.honoursField("hostname");
    const { name } = await suite.running(
      suite.request({ env, templates: "literal", ...(isHostnameHonoured && { hostname: "h-{{x}}" }) }),
    );
    const inside = await environmentOf(suite, name);
    if (inside === undefined) context.skip("the target can't look inside");
    expect(inside).toEqual(expect.arrayContaining(env));
    if (!isHostnameHonoured) return;
    const host = await suite.probes.exec?.(name, ["cat", "/proc/sys/kernel/hostname"]);
    expect(host?.output.trim()).toBe("h-{{x}}");
  });

  test("templates: expand: the platform expands env, or the result says that it does not", async (context) => {
    suite.needs(context, { templates: "literal" });
    const request = suite.request({ env: ["NAME={{.Service.Name}}"], templates: "expand" });
    const { warnings } = await suite.strategy.deploy(request);
    const declared = suite.declared(request).warnings;
    expect(warnings.filter(({ code }) => code === "FIELD_NOT_HONOURED")).toEqual(declared);
    const isExpanded = declared.length === 0;
    await suite.untilRunning(request.name);
    const inside = await environmentOf(suite, request.name);
    if (inside !== undefined) expect(inside).toContain(isExpanded ? `NAME=${request.name}` : "NAME={{.Service.Name}}");
  });

  test("labels", async (context) => {
    suite.needs(context, { labels: { a: "b" } });
    const labels = Object.fromEntries(Object.entries(oddTexts).map(([key, value]) => [`org.example.${key}`, value]));
    const named = { "a=b": "1", "with space": "2", 'qu"ote': "3", grüße: "4", "{{.Node.Hostname}}": TEMPLATE };
    const request = await suite.running(suite.request({ labels: { ...labels, ...named } }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });

  test("words of a command", async (context) => {
    suite.needs(context, { command: ["x"] });
    const lines = Object.entries(oddTexts).filter(([key]) => !["newline", "trailingNewline", "control"].includes(key));
    const command = suite.programs.print(lines.map(([, line]) => ({ stream: "stdout", line })));
    const request = await suite.running(suite.request({ command }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });

  test("words of args", async (context) => {
    suite.needs(context, { args: ["x"] });
    const request = await suite.running(suite.request({ args: Object.values(oddTexts) }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });
}
