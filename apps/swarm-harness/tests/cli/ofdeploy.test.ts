import { type AuthRefresh, DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, MEMORY_PLUGIN, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const two = appFile({ web: "depends_on: [db]", db: "" });

describe("up, ps, down", () => {
  test("deploy, list, leave unchanged and remove the apps of a file", async () => {
    project.write(two);
    const up = await project.run("up");
    expect(up.err).not.toContain("error");
    expect(up.code).toBe(0);
    expect(up.out).toMatch(/web +running +1\/1/);
    expect(up.out).toContain("factory: 2 running in");
    expect(up.err).toContain("db: deploying");

    expect((await project.run("ps")).out).toMatch(/APP +SERVICE +STATE[^]*db +db +running +1\/1 +demo:1/);
    expect((await project.run("up")).out).toContain("factory: 2 unchanged");
    const down = await project.run("down");
    expect(down).toMatchObject({ code: 0 });
    expect(down.out).toContain("factory: 2 removed");
    expect((await project.run("down")).out).toBe("factory: nothing to remove\n");
    expect((await project.run("ps")).out).toMatch(/web +web +not deployed/);
  });

  test("--json prints one object per line on stdout, the result last, and nothing on stderr", async () => {
    project.write(two);
    const { events, err, code } = await project.run("up", "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({
      event: "plan",
      project: "factory",
      apps: [{ app: "web", action: "create" }, { app: "db" }],
    });
    expect(
      events
        .filter(({ event }) => event === "verdict")
        .map(({ app, outcome }) => `${String(app)} ${String(outcome)}`)
        .sort(),
    ).toEqual(["db running", "web running"]);
    expect(events.at(-1)).toMatchObject({ event: "result", command: "up", ok: true, exitCode: 0, outcome: "ok" });
    expect((await project.run("ps", "--json")).events).toMatchObject([
      { event: "app", app: "web", relation: "current", status: { state: "running" } },
      { event: "app", app: "db" },
      { event: "result", ok: true },
    ]);
    expect((await project.run("down", "--json")).events.at(-1)).toMatchObject({
      event: "result",
      command: "down",
      ok: true,
    });
  });

  test("up reverts all apps if one fails, and prints its error, exit code, log lines and hint", async () => {
    const memory = resetMemory({
      processes: { db: { exitCode: 3, lines: [{ stream: "stderr", line: "no \u001b[2Jdisk" }] } },
    });
    project.write(appFile({ web: "depends_on: {db: {condition: service_healthy}}", db: "restart: 'no'", ui: "" }));
    const up = await project.run("up");
    expect(up.code).toBe(1);
    expect(up.out).toMatch(/db +failed[^]*web|web +skipped[^]*db/);
    expect(up.out).toContain("db failed");
    expect(up.err).toContain("error[TASK_FAILED] ");
    expect(up.err).toContain("exit code 3");
    expect(up.err).toContain("  | no [2Jdisk");
    expect(up.err).toContain("  hint: ");
    expect(await memory.list()).toEqual([]);
    const kept = await project.run("up", "--no-rollback");
    expect(kept.code).toBe(1);
    expect((await memory.list()).map(({ name }) => name)).toEqual(["db", "ui"]);
  });

  test("up exits with the code of the error", async () => {
    project.write(appFile({ web: "" }));
    const codes = {
      CONFLICT: 5,
      ENGINE_UNREACHABLE: 4,
      NOT_A_SWARM_MANAGER: 4,
      TIMEOUT: 6,
      IMAGE_NOT_FOUND: 1,
      UNSUPPORTED: 3,
    } as const;
    for (const [code, exitCode] of Object.entries(codes) as [keyof typeof codes, number][]) {
      resetMemory({ failOn: { web: new DeploymentError(code, "It went wrong.", { hint: "Do better." }) } });
      expect(await project.run("up"), code).toMatchObject({
        code: exitCode,
        err: expect.stringContaining(`error[${code}] openfactory.yml:3:3: It went wrong.\n`),
      });
      expect((await project.run("up", "--json")).events.at(-1), code).toMatchObject({ ok: false, exitCode });
    }
  });

  test("up fails with file and line for a service of another owner, and updates a changed app", async () => {
    const memory = resetMemory();
    await memory.deploy({ image: "x:1", name: "db" });
    project.write(two);
    const first = await project.run("up");
    expect(first.code).toBe(5);
    expect(first.err).toContain("error[CONFLICT] openfactory.yml:7:3: db: a service db exists already");
    expect((await project.run("down")).out).toContain("db: kept: it belongs to nothing that ofdeploy manages\n");
    await memory.remove("db");
    await project.run("up");
    project.write(two.replace("demo:1", "demo:2"));
    const second = await project.run("up");
    expect(second.code).toBe(0);
    expect(second.out).toMatch(/updated/);
    expect((await memory.list()).map(({ image }) => image)).toEqual(["demo:1", "demo:2"]);
  });

  test("down and ps accept a project name without a file", async () => {
    const elsewhere = new TestProject();
    await project.write(two).run("up");
    expect((await elsewhere.run("ps", "--project", "factory")).out).toMatch(/db +db +running/);
    expect((await elsewhere.run("down", "--project", "factory", "--yes")).out).toContain("2 removed");
    elsewhere.remove();
  });
});

describe("refresh-auth", () => {
  /** The memory platform with stored credentials, as on a swarm. */
  const storing = (outcomes: Record<string, AuthRefresh | DeploymentError> = {}) => {
    const memory = resetMemory();
    const { manifest } = memory;
    const capabilities = [...manifest.capabilities, "refreshAuth"];
    Object.defineProperty(memory, "manifest", { value: { ...manifest, capabilities } });
    const refreshed: string[] = [];
    Object.assign(memory, {
      async refreshAuth(name: string) {
        const outcome = outcomes[name] ?? { name, renewed: true, warnings: [] };
        if (outcome instanceof DeploymentError) throw outcome;
        refreshed.push(name);
        return outcome;
      },
    });
    return { memory, refreshed };
  };
  const warnings = [
    { code: "NO_CREDENTIALS", service: "db", strategy: "memory", reason: "There are none here." },
  ] as const;

  test("refreshes the credentials of the project's services, or of the named ones", async () => {
    const { memory, refreshed } = storing();
    await memory.deploy({ image: "x:1", name: "other" });
    await project.write(two).run("up");
    const all = await project.run("refresh-auth");
    expect(all).toMatchObject({ code: 0, err: expect.stringContaining("web: renewing registry credentials") });
    expect(all.out).toMatch(/^web: renewed\ndb: renewed\nfactory: 2 renewed in /);
    expect(refreshed.splice(0).sort()).toEqual(["db", "web"]);
    expect((await project.run("refresh-auth", "DB")).out).toMatch(/^db: renewed\nfactory: 1 renewed/);
    const elsewhere = new TestProject();
    expect((await elsewhere.run("refresh-auth", "--project", "factory")).out).toContain("factory: 2 renewed");
    expect((await elsewhere.run("refresh-auth", "--project", "empty")).out).toBe("empty: nothing is deployed\n");
    elsewhere.remove();
  });

  test("reports unchanged and failed services, and exits with the code of the error", async () => {
    storing({
      db: { name: "db", renewed: false, warnings },
      web: new DeploymentError("UNAUTHORIZED", "The credential helper failed.", { hint: "Repair it." }),
    });
    await project.write(two).run("up");
    const { code, out, err } = await project.run("refresh-auth");
    expect(code).toBe(4);
    expect(out).toMatch(/^web: failed\ndb: unchanged, no credentials to store\nfactory: 0 renewed in /);
    expect(err).toContain("warning[NO_CREDENTIALS] db: There are none here.");
    expect(err).toContain("error[UNAUTHORIZED] The credential helper failed.\n  hint: Repair it.");
  });

  test("--json prints an event for each service, and the report last", async () => {
    storing({ db: { name: "db", renewed: false, warnings } });
    await project.write(two).run("up");
    const { events, err, code } = await project.run("refresh-auth", "--json");
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(
      events
        .filter(({ event }) => event === "refresh")
        .map(({ service, outcome }) => `${String(service)} ${String(outcome)}`)
        .sort(),
    ).toEqual(["db kept", "web renewed"]);
    expect(events).toContainEqual(expect.objectContaining({ event: "warning", app: "db", code: "NO_CREDENTIALS" }));
    expect(events).toContainEqual(expect.objectContaining({ event: "phase", app: "web", phase: "refreshing" }));
    expect(events.at(-1)).toMatchObject({
      event: "result",
      command: "refresh-auth",
      ok: true,
      exitCode: 0,
      project: "factory",
      services: [{}, {}],
    });
  });

  test("fails on a platform without stored credentials, and for an unknown or undeployed app", async () => {
    project.write(two);
    expect(await project.run("refresh-auth")).toMatchObject({
      code: 3,
      err: expect.stringContaining("error[UNSUPPORTED] The memory strategy has no refreshAuth."),
    });
    storing();
    expect(await project.run("refresh-auth", "webb")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean web?"),
    });
    expect(await project.run("refresh-auth", "web")).toMatchObject({
      code: 1,
      err: expect.stringContaining("web is not deployed"),
    });
  });
});

describe("interruption", () => {
  const slow = { processes: { web: { health: "starting" as const } } };
  const withCheck = appFile({ web: "healthcheck: {test: 'true'}", db: "" });

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`${signal} reverts the run`, async () => {
      const memory = resetMemory(slow);
      const io = captureIo(project.write(withCheck).folder);
      io.stderr.onWrite = (text) => {
        if (text.startsWith("web: waiting")) setImmediate(() => io.signals.emit(signal));
      };
      const ran = await project.runOnMemory(io, "up");
      expect(ran.code).toBe(exitCode);
      expect(ran.err).toContain("Interrupted: reverting the changes of this run. Press Ctrl-C again to force quit.");
      expect(ran.out).toContain("interrupted");
      expect(await memory.list()).toEqual([]);
      expect(io.exits).toEqual([]);
      expect(io.signals.listenerCount(signal)).toBe(0);
    });
  }

  test("apps that were not started are skipped because of the signal", async () => {
    resetMemory(slow);
    const io = captureIo(
      project.write(
        appFile({ web: "healthcheck: {test: 'true'}", ui: "depends_on: {web: {condition: service_healthy}}" }),
      ).folder,
    );
    io.stderr.onWrite = (text) => {
      if (text.startsWith("web: waiting")) setImmediate(() => io.signals.emit("SIGINT"));
    };
    const ran = await project.runOnMemory(io, "up");
    expect(ran.out).toMatch(/ui +skipped .*interrupted/);
    expect(ran.err).toContain("ui: skipped\n");
    expect(ran.out + ran.err).not.toContain("web failed");
  });

  test("a second signal ends the process at once", async () => {
    resetMemory(slow);
    const io = captureIo(project.write(withCheck).folder);
    io.stderr.onWrite = (text) => {
      if (text.startsWith("web: waiting")) setImmediate(() => [1, 2].forEach(() => io.signals.emit("SIGINT")));
    };
    await project.runOnMemory(io, "up");
    expect(io.exits).toEqual([130]);
  });
});

describe("bad input", () => {
  const refused: [name: string, args: string[], code: number, message: string][] = [
    ["an unknown command", ["upp"], 3, "error[USAGE] Unknown command 'upp'.\n  hint: Did you mean up?\n"],
    ["an unknown option", ["up", "--timeuot", "3"], 3, "hint: Did you mean --timeout?"],
    ["a bad duration", ["up", "--timeout", "soon"], 3, "Expected seconds, or a duration such as 90s"],
    ["a missing value", ["up", "--file"], 3, "error[USAGE] Option '-f, --file <path>' argument missing."],
    ["a file that isn't there", ["up", "-f", "nope.yml"], 3, "error[INVALID_FILE] nope.yml:1:1: "],
    ["an unknown platform", ["up", "--platform", "nomad"], 3, "error[UNKNOWN_PLATFORM] "],
    ["an option the platform does not have", ["up", "--option", "x=1"], 3, "error[INVALID_REQUEST] "],
    ["a plugin that isn't there", ["up", "--plugin", "./nope.js"], 3, "error[PLUGIN_FAILED] "],
  ];
  test.each(refused)("%s", async (_, args, code, message) => {
    project.write(two);
    const io = captureIo(project.folder);
    const own = ["--plugin", MEMORY_PLUGIN, ...(args.includes("--platform") ? [] : ["--platform", "memory"])];
    const ran = await project.runWith(io, args.at(-1) === "--file" ? args : [...args, ...own]);
    expect(ran.err).toContain(message);
    expect(ran.code).toBe(code);
    expect(ran.err).not.toMatch(/\n {4}at /);
    expect(ran.out).toBe("");
  });

  test("a missing file is an error with a hint, and apps.yml is found", async () => {
    const ran = await project.run("up");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringContaining("hint: Change to the directory of the file, or pass its path: -f <path>."),
    });
    project.write(two, "apps.yml");
    expect((await project.run("validate")).code).toBe(0);
  });

  test("validate prints every finding of a file on its own line", async () => {
    project.write(two.replace("image: demo:1", "imag: demo:1").replace("uuid: DB", "uuid: DB\n    color: red"));
    const { err, code, out } = await project.run("validate");
    expect(code).toBe(3);
    expect(out).toBe("");
    expect(err.match(/^error\[INVALID_FILE\] openfactory\.yml:\d+:\d+: /gm)?.length).toBeGreaterThan(1);
    expect((await project.run("validate", "--json")).events).toMatchObject([
      { event: "result", ok: false, exitCode: 3, error: { code: "INVALID_FILE", issues: expect.any(Array) } },
    ]);
  });

  test("an unexpected exception is printed as one sentence, and with its causes if OFDEPLOY_DEBUG=1", async () => {
    const memory = resetMemory();
    memory.list = () => Promise.reject(new TypeError("x is undefined", { cause: new Error("deep down") }));
    project.write(two);
    const quiet = await project.run("up");
    expect(quiet.code).toBe(70);
    expect(quiet.err).toMatch(
      /^error\[INTERNAL\] ofdeploy failed unexpectedly: x is undefined\n {2}hint: This is a bug in ofdeploy. Please report it.*\n$/,
    );
    const loud = await project.runOnMemory(captureIo(project.folder, { env: { OFDEPLOY_DEBUG: "1" } }), "up");
    expect(loud.err).toContain("debug: caused by Error: deep down");
  });
});

describe("validate", () => {
  test("prints the number of apps and the platform", async () => {
    const ran = await project.write(two).run("validate");
    expect(ran).toMatchObject({ code: 0, out: "openfactory.yml: valid for memory: 2 apps, project factory\n" });
  });

  test("warns of unsupported fields, and fails with --strict", async () => {
    project.write(appFile({ web: "secrets: [key]" }));
    const ran = await project.run("validate");
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("warning[FIELD_NOT_HONOURED] web: secrets: ");
    const strict = await project.run("validate", "--strict");
    expect(strict.code).toBe(3);
    expect(strict.err).toContain("error[UNSUPPORTED] openfactory.yml:6:5: web: secrets: ");
  });

  test("warns of declared resources that the platform can't create, without calling an engine", async () => {
    const memory = resetMemory();
    const capabilities = memory.manifest.capabilities.filter((name) => name !== "resources");
    Object.defineProperty(memory, "manifest", { value: { ...memory.manifest, capabilities } });
    project.write(`networks: {back: }\n${appFile({ web: "networks: [back]" })}`);
    const ran = await project.run("validate", "--json");
    expect(ran.code).toBe(0);
    expect(ran.events[0]).toMatchObject({
      event: "warning",
      code: "RESOURCE_NOT_MADE",
      reason: expect.stringContaining("network back"),
    });
    expect((await project.run("validate")).err).toContain("warning[RESOURCE_NOT_MADE] ");
  });

  test("takes the platform and plugins from the environment", async () => {
    project.write(two);
    const io = captureIo(project.folder, { env: { DEPLOYMENT_PLATFORM: "memory", OFDEPLOY_PLUGINS: MEMORY_PLUGIN } });
    expect((await project.runWith(io, ["validate"])).out).toContain("valid for memory");
  });
});

describe("logs", () => {
  const processes = {
    web: {
      lines: [
        { stream: "stdout" as const, line: "one" },
        { stream: "stderr" as const, line: "two" },
      ],
    },
    db: { lines: [{ stream: "stdout" as const, line: "three" }] },
  };

  test("prints the lines of all apps, or of one by app or service, and the last lines with --tail", async () => {
    resetMemory({ processes });
    await project.write(two).run("up");
    const all = await project.run("logs");
    expect(all.code).toBe(0);
    expect(all.out.split("\n").sort()).toEqual(["", "db  | three", "web | one", "web | two"]);
    expect((await project.run("logs", "WEB", "--tail", "1")).out).toBe("web | two\n");
    expect((await project.run("logs", "db", "--json")).events[0]).toMatchObject({
      event: "log",
      app: "db",
      line: "three",
    });
  });

  test("suggests the nearest name for an unknown app, and fails for an app that is not deployed", async () => {
    project.write(two);
    expect(await project.run("logs", "wep")).toMatchObject({
      code: 1,
      err: expect.stringContaining("hint: Did you mean web?"),
    });
    expect(await project.run("logs", "web")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error[NOT_FOUND] web is not deployed"),
    });
  });

  test("--follow prints new lines until it is interrupted", async () => {
    resetMemory({ processes: { web: { repeats: "tick" } } });
    await project.write(appFile({ web: "" })).run("up");
    const io = captureIo(project.folder);
    io.stdout.onWrite = () => {
      if (io.stdout.text.split("tick").length > 3) io.signals.emit("SIGINT");
    };
    expect((await project.runOnMemory(io, "logs", "--follow")).code).toBe(130);
    expect(io.stdout.text).toContain("web | tick\nweb | tick\n");
  });
});

describe("platforms and doctor", () => {
  test("platforms lists all platforms, and broken plugins with their error", async () => {
    project.write("throw new Error('not today');", "broken.mjs");
    project.write(
      `export const plugin = { name: "broken-later", contractVersion: 1, description: "Later.",
        options: { safeParse: (data) => ({ success: true, data }) },
        register() { throw new Error("not even then"); } };`,
      "broken-later.mjs",
    );
    const ran = await project.run("platforms", "--plugin", "./broken.mjs", "--plugin", "./broken-later.mjs");
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^memory +Services in memory.* inspect, list/m);
    expect(ran.out).toMatch(/broken\.mjs +can't be used: .*not today/);
    expect(ran.out).toMatch(/^broken-later +can't be used: .*it does not start: not even then/m);
    expect(ran.out).toMatch(/^docker /m);
    const { events } = await project.run("platforms", "--json");
    expect(events.find(({ name }) => name === "memory")).toMatchObject({
      event: "platform",
      capabilities: expect.arrayContaining(["list"]),
    });
  });

  test("doctor checks Node, file, platform and engine, and prints a hint for a failure", async () => {
    const good = await project.write(two).run("doctor");
    expect(good.code).toBe(0);
    expect(good.out).toMatch(/^ok +node: Node [^]*^ok +file: [^]*^ok +platform: [^]*^ok +engine: /m);
    const bad = await project.write("apps: {}").run("doctor");
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/^failed +file: .*\n {2}hint: /m);
    expect(bad.out).toMatch(/^ok +platform: /m);
  });

  test("validate and up reject local storage on a platform with several nodes", async () => {
    const memory = resetMemory();
    Object.defineProperty(memory, "manifest", { value: { ...memory.manifest, placesOnNodes: true } });
    project.write(appFile({ web: "storage: {data: {type: local, local_path: /srv, mount_point: /data}}" }));
    for (const command of ["validate", "up"]) {
      expect(await project.run(command)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/error\[INVALID_FILE\] openfactory\.yml:\d+:\d+: .*local storage/),
      });
    }
  });
});

describe("help, version, schema, completion", () => {
  const run = (...args: string[]) => project.runWith(captureIo(project.folder), args);

  test("--version and --help print on stdout and exit with 0", async () => {
    expect((await run("--version")).out).toMatch(/^ofdeploy \d+\.\d+\.\d+\n$/);
    expect((await run("--help")).out).toMatch(/Usage: ofdeploy[^]*Examples:/);
    const help = await run("up", "--help");
    expect(help).toMatchObject({
      code: 0,
      out: expect.stringMatching(/--no-rollback[^]*Global Options:[^]*--platform/),
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
      required: expect.arrayContaining(["apps", "resources", "hasChanges"]),
    });
    const events = await schemaOf("events");
    expect(events).toMatchObject({ anyOf: expect.any(Array), $schema: "https://json-schema.org/draft/2020-12/schema" });
    expect(JSON.stringify(events)).not.toContain('"additionalProperties":false');
    expect(await run("schema", "events", "x")).toMatchObject({ code: 3 });
    expect(await run("schema", "nope")).toMatchObject({ code: 3, err: expect.stringContaining("file, plan, events") });
  });

  test.each(["bash", "zsh", "fish"])("the completion script for %s has every command and option", async (shell) => {
    const { out, code } = await run("completion", shell);
    expect(code).toBe(0);
    for (const word of [
      "up",
      "down",
      "ps",
      "logs",
      "refresh-auth",
      "validate",
      "platforms",
      "doctor",
      "schema",
      "concurrency",
      "docker swarm",
      "plan",
      "adopt",
      "rollback",
      "scale",
      "prune",
      "file plan events",
      "bash zsh fish",
    ]) {
      expect(out).toContain(word);
    }
  });

  test("completion rejects an unknown shell", async () => {
    expect(await run("completion", "tcsh")).toMatchObject({ code: 3, err: expect.stringContaining("bash, zsh, fish") });
  });
});

describe("on a terminal", () => {
  test("errors are colored unless NO_COLOR is set, and results are on stdout", async () => {
    project.write(two);
    const io = captureIo(project.folder, { isTTY: true });
    const ran = await project.runOnMemory(io, "up");
    expect(ran.code).toBe(0);
    expect(io.stdout.text).toContain("factory: 2 running");
    const failing = captureIo(project.folder, { isTTY: true });
    expect((await project.runOnMemory(failing, "logs", "nope")).err).toContain("\u001b[31m");
    const plain = captureIo(project.folder, { isTTY: true, env: { NO_COLOR: "1" } });
    expect((await project.runOnMemory(plain, "logs", "nope")).err).not.toContain("\u001b[");
  });
});
