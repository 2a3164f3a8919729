import { parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { expectSettings } from "../compare-settings.js";
import type { Suite } from "../suite.js";

const specialTexts = {
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

/** Texts that a template engine would expand. */
const LITERALS = [TEMPLATE, "{{{", "{{{{", "}}", "{{- x -}}", "{{/* x */}}", '{{"{{"}}', "{{`", "{ {", "{{\n}}"];

/**
 * The environment of the process, if the target has the probe `exec`. A container may run before runc has started its process:
 * until then, process 1 is runc's own, with variables of runc.
 */
const environmentOf = async (suite: Suite, name: string): Promise<string[] | undefined> => {
  const { exec } = suite.probes;
  if (exec === undefined) return undefined;
  const read = async () => (await exec.call(suite.probes, name, ["cat", "/proc/1/environ"])).output.split("\0");
  const isStarted = (env: readonly string[]) => !env.some((entry) => entry.startsWith("_LIBCONTAINER_"));
  return suite.eventually("the process has started", read, isStarted);
};

/** Every allowed character reaches the process unchanged. */
export function oddCharactersCases(suite: Suite): void {
  test("env reaches the process unchanged", async () => {
    const env = Object.entries(specialTexts).map(([key, value]) => `ODD_${key}=${value}`);
    env.push("lower.case-key=1", "_=2", "Ümlaut=3", "with space=4", 'qu"ote=5', "$dollar=6", "{a}/b:c,d=7", "9=8");
    const request = await suite.deployRunning(suite.request({ env }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
    const inside = await environmentOf(suite, request.name);
    if (inside !== undefined) expect(inside).toEqual(expect.arrayContaining(env));
  });

  test("env with a possible template reaches the process unchanged, or is rejected", async () => {
    const env = [`TEMPLATE=${TEMPLATE}`, "{{.Node.Hostname}}=1"];
    const request = suite.request({ env });
    if (suite.target.expandsTemplates) {
      const error = await suite.failsCleanly(() => suite.strategy.deploy(request), "UNSUPPORTED", request.name);
      expect(error.issues.map(({ field }) => field)).toEqual(["env[0]"]);
      expect(JSON.stringify(error), "the error does not contain the value").not.toContain(".Service.Name");
      return;
    }
    const { name } = await suite.deployRunning(request);
    const inside = await environmentOf(suite, name);
    expect(inside ?? (await suite.settings(name)).env).toEqual(expect.arrayContaining(env));
  });

  test("templates: literal: env and hostname reach the process unchanged", async (context) => {
    suite.skipUnlessSupported(context, { templates: "literal" });
    const env = [...LITERALS.map((text, index) => `TEMPLATE_${index}=${text}`), "{{.Node.Hostname}}=1"];
    const supportsHostname = suite.supportsField("hostname");
    const { name } = await suite.deployRunning(
      suite.request({ env, templates: "literal", ...(supportsHostname && { hostname: "h-{{x}}" }) }),
    );
    const inside = await environmentOf(suite, name);
    if (inside === undefined) context.skip("the target has no probe exec");
    expect(inside).toEqual(expect.arrayContaining(env));
    if (!supportsHostname) return;
    const host = await suite.probes.exec?.(name, ["cat", "/proc/sys/kernel/hostname"]);
    expect(host?.output.trim()).toBe("h-{{x}}");
  });

  test("templates: expand: the platform expands env, or the result has a warning", async (context) => {
    suite.skipUnlessSupported(context, { templates: "literal" });
    const request = suite.request({ env: ["NAME={{.Service.Name}}"], templates: "expand" });
    const { warnings } = await suite.strategy.deploy(request);
    const declared = suite.declared(request).warnings;
    expect(warnings.filter(({ code }) => code === "FIELD_NOT_SUPPORTED")).toEqual(declared);
    const isExpanded = declared.length === 0;
    await suite.untilRunning(request.name);
    const inside = await environmentOf(suite, request.name);
    if (inside !== undefined) expect(inside).toContain(isExpanded ? `NAME=${request.name}` : "NAME={{.Service.Name}}");
  });

  test("labels reach the engine unchanged", async (context) => {
    suite.skipUnlessSupported(context, { labels: { a: "b" } });
    const labels = Object.fromEntries(
      Object.entries(specialTexts).map(([key, value]) => [`org.example.${key}`, value]),
    );
    const named = { "a=b": "1", "with space": "2", 'qu"ote': "3", grüße: "4", "{{.Node.Hostname}}": TEMPLATE };
    const request = await suite.deployRunning(suite.request({ labels: { ...labels, ...named } }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });

  test("the words of command reach the engine unchanged", async (context) => {
    suite.skipUnlessSupported(context, { command: ["x"] });
    const lines = Object.entries(specialTexts).filter(
      ([key]) => !["newline", "trailingNewline", "control"].includes(key),
    );
    const command = suite.programs.print(lines.map(([, line]) => ({ stream: "stdout", line })));
    const request = await suite.deployRunning(suite.request({ command }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });

  test("the words of args reach the engine unchanged", async (context) => {
    suite.skipUnlessSupported(context, { args: ["x"] });
    const request = await suite.deployRunning(suite.request({ args: Object.values(specialTexts) }));
    expectSettings(await suite.settings(request.name), parseRequest(request));
  });
}
