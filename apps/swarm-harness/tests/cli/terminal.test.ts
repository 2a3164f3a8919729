import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { captureIo, TestProject } from "./support/run-ofdeploy.js";

/** Sets the window's title, clears the screen with sequences of several and of one character, and reverses the text. */
const HOSTILE = "\u001b]0;owned\u0007\u001b[2J\u009b2J\u202ebad";
/** The same in double quotes of YAML. */
const IN_YAML = String.raw`\e]0;owned\a\e[2J\x9b2J\u202ebad`;

/** Control characters except tabs and line ends, sequences that are no styles, and overrides of the text direction. */
// oxlint-disable-next-line no-control-regex -- control characters are the topic of this test
const UNSAFE = /[\0-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\u001b(?!\[[0-9;]*m)/;

const FILE = `name: factory
apps:
  web:
    uuid: WEB
    image: app:1
    labels: {"team": "${IN_YAML}"}
    environment: {"NOTE": "${IN_YAML}"}
    command: ["${IN_YAML}"]
`;

/** Other than the values of the file, which are replaced in messages, since they may be secret. */
const MESSAGE = HOSTILE.replace("bad", "worse");
const failure = new DeploymentError("ENGINE_ERROR", `The engine reports ${MESSAGE}`, { hint: `Restart ${MESSAGE}` });
const OPERATIONS = ["deploy", "remove", "wait", "logs", "update", "rollback", "scale", "restart", "stop"];
const failing = Object.fromEntries(OPERATIONS.map((operation) => [operation, failure]));
const processes = {
  web: { lines: (["stdout", "stderr"] as const).map((stream) => ({ stream, line: `line ${HOSTILE}` })) },
};

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory({ processes });
});
afterEach(() => project.remove());

/** Runs the command, expects that no text controls the terminal, and returns all of its texts. */
async function expectSafe(...args: string[]): Promise<string> {
  const { code, out, err } = await project.runOnMemory(captureIo(project.folder), ...args);
  expect(code, err).not.toBe(70);
  expect(out).not.toMatch(UNSAFE);
  expect(err).not.toMatch(UNSAFE);
  return out + err;
}

const READS = [["ps"], ["ls"], ["images"], ["logs"], ["port", "web"], ["wait"]];
const PLANS = [["plan"], ["validate"], ["config"], ["convert", "--to", "compose"], ["init", "--from", "all"]];
/** `config --json` prints one document instead of lines. */
const withoutConfig = PLANS.filter(([command]) => command !== "config");
const CHANGES = [["up"], ["scale", "web=2"], ["restart"], ["stop"], ["start"], ["rollback"], ["adopt"], ["down"]];

describe.each([[[]], [["--json"]]])("escape sequences never reach the terminal with %j", (options) => {
  test.each([...READS, ...(options.length > 0 ? withoutConfig : PLANS), ...CHANGES])(
    "from labels, variables and log lines of a deployed app: %s",
    async (...words) => {
      await project.write(FILE).run("up");
      const text = await expectSafe(...words, ...options);
      if (words[0] === "logs") expect(text).toContain("bad");
    },
  );

  test.each([["up"], ["scale", "web=2"], ["restart"], ["stop"], ["rollback"], ["down"], ["logs"]])(
    "from messages of the engine: %s",
    async (...words) => {
      const strategy = resetMemory({ processes });
      const deploy = (version: number) => project.write(FILE.replace("app:1", `app:${version}`));
      await deploy(1).run("up");
      await deploy(2).run("up");
      Object.assign(strategy.options, { failOn: { web: failing } });
      deploy(3);
      expect(await expectSafe(...words, ...options)).toContain("worse");
    },
  );

  test.each(["up", "plan", "validate"])("from names in a file: %s", async (command) => {
    project.write(`name: factory\napps: {"${IN_YAML}": {uuid: "${IN_YAML}", image: "${IN_YAML}", "${IN_YAML}": 1}}\n`);
    expect(await expectSafe(command, ...options)).toContain("bad");
  });

  test.each(["up", "ps", "logs"])("from words of the command line: %s", async (command) => {
    project.write(FILE);
    expect(await expectSafe(command, HOSTILE, ...options)).toContain("bad");
  });
});

test("escape sequences of a file's name never reach the terminal", async () => {
  expect(await expectSafe("up", "--file", `${HOSTILE}.yml`)).toContain("bad");
});
