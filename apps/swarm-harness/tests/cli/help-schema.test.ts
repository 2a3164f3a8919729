import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

describe("help, version, schema, completion", () => {
  const run = (...args: string[]) => project.runWith(captureIo(project.folder), args);

  test("--version and --help print on stdout and exit with 0", async () => {
    expect((await run("--version")).out).toMatch(/^ofdeploy \d+\.\d+\.\d+\n$/);
    expect((await run("--help")).out).toMatch(/Usage: ofdeploy[^]*Examples:/);
    const help = await run("up", "--help");
    expect(help).toMatchObject({
      code: 0,
      out: expect.stringMatching(/--no-rollback[^]*Examples:[^]*Global Options: -f[^]*--platform/),
    });
    for (const command of ["plan", "adopt", "rollback", "scale"]) {
      expect(await run(command, "--help")).toMatchObject({
        code: 0,
        out: expect.stringContaining(`Usage: ofdeploy ${command}`),
      });
    }
  });

  test("schema prints the JSON Schema of files, plans and events; the one of events allows additional fields", async () => {
    const schemaOf = async (...what: string[]) => JSON.parse((await run("schema", ...what)).out) as object;
    expect(await schemaOf()).toMatchObject({ properties: { apps: expect.any(Object) } });
    expect(await schemaOf("file")).toEqual(await schemaOf());
    expect(await schemaOf("plan")).toMatchObject({
      anyOf: [
        { required: expect.arrayContaining(["apps", "resources", "hasChanges"]) },
        { required: expect.arrayContaining(["kind", "plan", "basis"]) },
      ],
    });
    const events = await schemaOf("events");
    expect(events).toMatchObject({ anyOf: expect.any(Array), $schema: "https://json-schema.org/draft/2020-12/schema" });
    expect(JSON.stringify(events)).not.toContain('"additionalProperties":false');
    expect(await run("schema", "events", "x")).toMatchObject({ code: 3 });
    expect(await run("schema", "nope")).toMatchObject({ code: 3, err: expect.stringContaining("file, plan, events") });
  });

  test.each([
    ["bash", "complete -o default -F _ofdeploy ofdeploy\n"],
    ["zsh", "#compdef ofdeploy\n"],
    ["fish", "complete -c ofdeploy -f -a '(__ofdeploy_complete)'\n"],
    ["powershell", "Register-ArgumentCompleter -Native -CommandName ofdeploy -ScriptBlock {\n"],
  ])("the completion script for %s registers a function that asks `ofdeploy __complete`", async (shell, register) => {
    const { out, code } = await run("completion", shell);
    expect(code).toBe(0);
    expect(out).toContain(register);
    expect(out).toMatch(/__complete [^\n]*2>/);
    const count = (character: string): number => out.split(character).length;
    if (shell === "powershell")
      for (const [open, close] of ["{}", "()"]) expect(count(open ?? "")).toBe(count(close ?? ""));
  });

  test("completion rejects an unknown shell", async () => {
    expect(await run("completion", "tcsh")).toMatchObject({
      code: 3,
      err: expect.stringContaining("bash, zsh, fish, powershell"),
    });
  });
});
