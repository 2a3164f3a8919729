import { randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { inspect } from "node:util";
import type { CanExec, DeployRequest, ExecOptions, ExecResult } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { ContractPrograms } from "../programs.js";
import { SAMPLE_SECRET as SECRET } from "../samples/secret.js";
import type { Suite } from "../suite.js";

interface Executed extends ExecResult {
  stdout: Buffer;
  stderr: string;
}

/** Runs a command, and collects its output. */
async function execute(
  strategy: CanExec,
  name: string,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<Executed> {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  const into = (parts: Buffer[]): Writable =>
    new Writable({ write: (chunk: Buffer, _, done) => (parts.push(Buffer.from(chunk)), done()) });
  const result = await strategy.exec(name, command, { stdout: into(stdout), stderr: into(stderr), ...options });
  return { ...result, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

/** Commands in running instances. */
export function execCases(suite: Suite): void {
  const programsOf = (context: TestContext): NonNullable<ContractPrograms["exec"]> =>
    suite.programs.exec ?? context.skip("the target has no programs for exec");

  /** A running service, on the node that the strategy is connected to. */
  const deployNearby = (part: Partial<DeployRequest> = {}): Promise<DeployRequest> => {
    const constraints = [suite.target.constraint ?? "node.role == manager"];
    return suite.deployRunning(suite.request({ ...(suite.isSupported({ constraints }) && { constraints }), ...part }));
  };

  test("exec() returns the exit code and the instance, and separates stdout from stderr", async (context) => {
    const strategy = suite.with(context, "exec");
    const { name } = await deployNearby();
    const command = suite.programs.printAndExit(
      [
        { stream: "stdout", line: "a line of stdout" },
        { stream: "stderr", line: "a line of stderr" },
      ],
      42,
    );
    const { exitCode, instance, stdout, stderr } = await execute(strategy, name, command);
    expect({ exitCode, stdout: stdout.toString(), stderr }).toEqual({
      exitCode: 42,
      stdout: "a line of stdout\n",
      stderr: "a line of stderr\n",
    });
    expect(instance).toContain(name);
  });

  test("exec() passes words to the command unchanged", async (context) => {
    const strategy = suite.with(context, "exec");
    const { name } = await deployNearby();
    const line = `-l "quoted" 'single' $HOME $(true) {{.ID}} \\n * é 漢 a=b`;
    const { stdout } = await execute(strategy, name, suite.programs.printAndExit([{ stream: "stdout", line }], 0));
    expect(stdout.toString()).toBe(`${line}\n`);
  });

  test("exec() passes all of stdin, and returns all of stdout", async (context) => {
    const strategy = suite.with(context, "exec");
    const { copyInput } = programsOf(context);
    const { name } = await deployNearby();
    const input = randomBytes(300_000);
    const { exitCode, stdout } = await execute(strategy, name, copyInput(3), { stdin: Readable.from([input]) });
    expect(exitCode).toBe(3);
    expect(stdout.equals(input), `${stdout.length} of ${input.length} bytes`).toBe(true);
  });

  test("exec() without stdin gives the command no input", async (context) => {
    const strategy = suite.with(context, "exec");
    const { copyInput } = programsOf(context);
    const { name } = await deployNearby();
    expect(await execute(strategy, name, copyInput(0))).toMatchObject({ exitCode: 0, stdout: Buffer.alloc(0) });
  });

  test("exec() runs the command with env and workingDir, in addition to the variables of the service", async (context) => {
    const strategy = suite.with(context, "exec");
    const { printVariable, printDirectory } = programsOf(context);
    const { name } = await deployNearby({ env: ["OWN=of the service"] });
    const options = { env: ["ADDED=of exec = this"], workingDir: "/tmp" };
    const lines = await Promise.all(
      [printVariable("OWN"), printVariable("ADDED"), printDirectory()].map(async (command) =>
        (await execute(strategy, name, command, options)).stdout.toString(),
      ),
    );
    expect(lines).toEqual(["of the service\n", "of exec = this\n", "/tmp\n"]);
  });

  test("exec() with a terminal gives the command a terminal", async (context) => {
    const strategy = suite.with(context, "exec");
    const { isTerminal } = programsOf(context);
    const { name } = await deployNearby();
    expect((await execute(strategy, name, isTerminal())).stdout.toString().trim()).toBe("no");
    const terminal = { columns: 100, rows: 30 };
    const { exitCode, stdout } = await execute(strategy, name, isTerminal(), { terminal });
    expect({ exitCode, line: stdout.toString().trim() }).toEqual({ exitCode: 0, line: "yes" });
  });

  test("exec() gives a terminal the requested size", async (context) => {
    const strategy = suite.with(context, "exec");
    const { hasTerminalSize } = programsOf(context);
    if (hasTerminalSize === undefined) return context.skip("the target has no program hasTerminalSize");
    const { name } = await deployNearby();
    const terminal = { columns: 100, rows: 30 };
    const { exitCode, stdout } = await execute(strategy, name, hasTerminalSize(terminal), { terminal });
    expect(exitCode, stdout.toString()).toBe(0);
  });

  test("exec() runs the command as the requested user", async (context) => {
    const strategy = suite.with(context, "exec");
    const { printUser } = programsOf(context);
    if (printUser === undefined) return context.skip("the target has no program printUser");
    const { name } = await deployNearby();
    const { stdout } = await execute(strategy, name, printUser(), { user: "1234:2345" });
    expect(stdout.toString()).toBe("1234\n");
  });

  test.for([{ user: "no-such-user" }, { workingDir: "/no/such/directory" }])(
    "exec() with %j, which does not exist, exits with 126 or 127 or rejects with INVALID_REQUEST, without values of env",
    async (options, context) => {
      const strategy = suite.with(context, "exec");
      if (programsOf(context).printUser === undefined) return context.skip("the target has no program printUser");
      const { name } = await deployNearby();
      const running = strategy.exec(name, suite.programs.exit(0), { ...options, env: [`PASSWORD=${SECRET}`] });
      const outcome = await running.catch(() => suite.fails(running, "INVALID_REQUEST", name));
      if (!(outcome instanceof Error)) expect([126, 127]).toContain(outcome.exitCode);
      expect(inspect(outcome, { depth: 10, maxStringLength: null })).not.toContain(SECRET);
    },
  );

  test("exec() runs the command in the requested instance", async (context) => {
    const strategy = suite.with(context, "exec");
    const mode = { Replicated: { Replicas: 2 } };
    suite.skipUnlessSupported(context, { mode });
    const { name } = await deployNearby({ mode });
    const command = suite.programs.exit(0);
    const byNumber = await Promise.all(
      [1, 2].map(async (instance) => (await strategy.exec(name, command, { instance })).instance),
    );
    expect(new Set(byNumber).size).toBe(2);
    const [first = ""] = byNumber;
    expect(await strategy.exec(name, command, { instance: first })).toMatchObject({ instance: first });
  });

  test.for([3, "no-such-instance"])(
    "exec() in a missing instance (%s) rejects with NOT_FOUND",
    async (instance, context) => {
      const strategy = suite.with(context, "exec");
      const { name } = await deployNearby();
      await suite.fails(strategy.exec(name, suite.programs.exit(0), { instance }), "NOT_FOUND", name);
    },
  );

  test("exec() of a program that does not exist exits with 126 or 127", async (context) => {
    const strategy = suite.with(context, "exec");
    const { name } = await deployNearby();
    const { exitCode } = await execute(strategy, name, suite.programs.absent());
    expect([126, 127]).toContain(exitCode);
  });

  test("exec() without a command rejects with INVALID_REQUEST", async (context) => {
    const strategy = suite.with(context, "exec");
    const { name } = await deployNearby();
    await suite.fails(strategy.exec(name, []), "INVALID_REQUEST", name);
  });

  test("exec() in a stopped service rejects with CONFLICT", async (context) => {
    const strategy = suite.with(context, "exec");
    const stopping = suite.with(context, "stop");
    const { name } = await deployNearby();
    await stopping.stop(name);
    await suite.fails(strategy.exec(name, suite.programs.exit(0)), "CONFLICT", name);
  });

  test("exec() in a missing service, or by a part of its name, rejects with NOT_FOUND", async (context) => {
    const strategy = suite.with(context, "exec");
    const { name } = await deployNearby();
    for (const other of [`${name}0`, name.slice(0, -1)])
      await suite.fails(strategy.exec(other, suite.programs.exit(0)), "NOT_FOUND", other);
  });

  test("exec() rejects with ABORTED, before and while the command runs", async (context) => {
    const strategy = suite.with(context, "exec");
    const { copyInput } = programsOf(context);
    const { name } = await deployNearby();
    const before = await suite.untilRunning(name);
    await suite.fails(strategy.exec(name, copyInput(0), { signal: AbortSignal.abort() }), "ABORTED", name);
    const controller = new AbortController();
    // The command reads its input until the abort.
    const stdin = new Readable({ read: () => {} });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => (controller.abort(), done()) });
    stdin.push("one line\n");
    await suite.fails(strategy.exec(name, copyInput(0), { stdin, stdout, signal: controller.signal }), "ABORTED", name);
    expect(await suite.untilRunning(name)).toEqual(before);
  });
}
