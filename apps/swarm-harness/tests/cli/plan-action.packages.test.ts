import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const ACTION = fileURLToPath(new URL("../../../../.github/actions/plan/", import.meta.url));
const TOKEN = "ghs_0123456789secret";
const MARKER = "<!-- ofdeploy plan factory docker -->";

interface Comment {
  id: number;
  body: string;
  user: { login: string; type: string };
}

let folder: string;
let server: Server;
let comments: Comment[];
let calls: string[];
/** The status of every write, and of every read. */
let refuse: { write?: number; read?: number };

/** Starts a stand-in for GitHub's API with one pull request, 7, of plant/line. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "plan-action-"));
  [comments, calls, refuse] = [[], [], {}];
  server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return answer(401, { message: "Bad credentials" });
      if (url === "/user") return answer(403, { message: "Resource not accessible by integration" });
      calls.push(`${method} ${url}`);
      const refused = method === "GET" ? refuse.read : refuse.write;
      if (refused !== undefined) return answer(refused, { message: `Refused for ${TOKEN}` });
      const page = /^\/repos\/plant\/line\/issues\/7\/comments\?per_page=100&page=(\d+)$/.exec(url);
      if (method === "GET" && page !== null) {
        const start = (Number(page[1]) - 1) * 100;
        return answer(200, comments.slice(start, start + 100));
      }
      const { body } = JSON.parse(text) as { body: string };
      if (method === "POST" && url === "/repos/plant/line/issues/7/comments") {
        comments.push({ id: comments.length + 1, body, user: { login: "github-actions[bot]", type: "Bot" } });
        return answer(201, { id: comments.length, html_url: `https://example.com/${comments.length}` });
      }
      const id = Number(/^\/repos\/plant\/line\/issues\/comments\/(\d+)$/.exec(url)?.[1]);
      const comment = comments.find((each) => each.id === id);
      if (method !== "PATCH" || comment === undefined) return answer(404, { message: "Not Found" });
      comment.body = body;
      return answer(200, { id, html_url: `https://example.com/${id}` });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  /** Exit code of the plan. */
  code: number;
  plan?: string;
  inputs?: Record<string, string>;
  event?: object;
}

/** Runs the script of the action with a command that prints the plan, its arguments and its environment. */
async function run({
  code,
  plan = `${MARKER}\n### Plan ${code}\n`,
  inputs = {},
  event = { pull_request: { number: 7 } },
}: Run) {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  // A shell, since Node would take most of the time of these tests to start.
  const command = write(
    "command.sh",
    `printf '%s\\n' "$@" > "${folder}/arguments"
    env > "${folder}/environment"
    cat "${write("plan", plan)}"
    echo "::error::from a name" >&2
    exit ${code}`,
  );
  const child = spawn(process.execPath, [join(ACTION, "plan.mjs")], {
    env: {
      PATH: process.env["PATH"],
      PLAN_COMMAND: JSON.stringify(["/bin/sh", command]),
      PLAN_TOKEN: TOKEN,
      PLAN_COMMENT: "true",
      PLAN_FAIL_ON: "conflict",
      ...inputs,
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: "plant/line",
      GITHUB_SHA: "0123456789abcdef",
      GITHUB_EVENT_PATH: write("event.json", JSON.stringify(event)),
      GITHUB_OUTPUT: write("output", ""),
      GITHUB_STEP_SUMMARY: write("summary", ""),
    },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += chunk));
  const exitCode = await new Promise((resolve) => child.on("close", resolve));
  expect(log).not.toContain(TOKEN);
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const seen = { arguments: read("arguments").trimEnd().split("\n"), environment: read("environment") };
  return { exitCode, log, output: read("output"), summary: read("summary"), seen };
}

test("the action creates a comment, and updates it at the next run", async () => {
  const first = await run({ code: 2 });
  expect(first).toMatchObject({ exitCode: 0, summary: `${MARKER}\n### Plan 2\n\n` });
  expect(first.output).toBe("exit-code=2\nhas-changes=true\ncomment-url=https://example.com/1\n");
  expect(comments.map(({ body }) => body)).toEqual([`${MARKER}\n### Plan 2\n\n<sub>0123456789ab</sub>\n`]);
  await run({ code: 2, plan: `${MARKER}\n### Another plan\n` });
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain("### Another plan");
});

test("a plan without changes updates the comment of an earlier plan, and creates none", async () => {
  const quiet = await run({ code: 0 });
  expect(quiet).toMatchObject({ exitCode: 0, output: "exit-code=0\nhas-changes=false\n" });
  expect(comments).toEqual([]);
  await run({ code: 2 });
  await run({ code: 0, plan: `${MARKER}\n### No changes\n` });
  expect(comments.map(({ body }) => body.split("\n")[1])).toEqual(["### No changes"]);
});

test("the action finds its comment among hundreds, and does not change comments of users and of other projects", async () => {
  const user = { login: "mallory", type: "User" };
  comments = Array.from({ length: 250 }, (_, index) => ({ id: index + 1, body: `${MARKER}\nmine`, user }));
  comments.push({ id: 251, body: MARKER.replace("factory", "other"), user: { login: "a[bot]", type: "Bot" } });
  await run({ code: 2 });
  await run({ code: 2, plan: `${MARKER}\n### Again\n` });
  expect(comments).toHaveLength(252);
  expect(comments[251]?.body).toContain("### Again");
  expect(calls.filter((each) => each.startsWith("PATCH"))).toEqual(["PATCH /repos/plant/line/issues/comments/252"]);
});

test("a token that can't write comments is a warning, and the summary has the plan", async () => {
  refuse = { write: 403 };
  const { exitCode, log, summary } = await run({ code: 2 });
  expect(exitCode).toBe(0);
  expect(log).toMatch(/^::warning::The token may not write comments \(POST .*: 403 .*Refused for \*\*\*/m);
  expect(summary).toContain("### Plan 2");
});

test("another error of GitHub fails the step", async () => {
  refuse = { read: 500 };
  const { exitCode, log } = await run({ code: 2 });
  expect(exitCode).toBe(1);
  expect(log).toMatch(/^::error::GET .*: 500 /m);
});

test.each([
  ["never", 5, 0],
  ["conflict", 5, 1],
  ["changes", 2, 1],
])("with fail-on %s, a plan with exit code %i ends the step with %i", async (failOn, code, expected) => {
  expect((await run({ code, inputs: { PLAN_FAIL_ON: failOn } })).exitCode).toBe(expected);
  expect(comments).toHaveLength(1);
});

test("a plan that fails writes no comment, and fails the step", async () => {
  const { exitCode, log, output } = await run({ code: 4 });
  expect(exitCode).toBe(1);
  expect(log).toContain("::error::`ofdeploy plan` failed with exit code 4");
  expect(output).toContain("exit-code=4\n");
  expect(calls).toEqual([]);
});

test("the command gets the inputs as arguments and no token, and its messages can't be commands to the runner", async () => {
  const inputs = {
    PLAN_FILES: "app_web.yml\n  line 1/app_db.yml \n",
    PLAN_PLATFORM: "swarm",
    PLAN_PROJECT: "factory",
    PLAN_ARGS: "--prune\n",
  };
  const { seen, log } = await run({ code: 2, inputs });
  expect(seen.arguments).toEqual(
    "plan|--markdown|--file|app_web.yml|--file|line 1/app_db.yml|--platform|swarm|--project|factory|--prune".split("|"),
  );
  expect(seen.environment).toContain("GITHUB_REPOSITORY=plant/line");
  expect(seen.environment).not.toContain(TOKEN);
  expect(log).toMatch(/::stop-commands::(\S+)\n::error::from a name\n\n::\1::\n/);
});

test("an event without a pull request, or comment: false, writes only the summary", async () => {
  for (const more of [{ event: { issue: { number: 7 } } }, { inputs: { PLAN_COMMENT: "false" } }]) {
    const { exitCode, summary } = await run({ code: 2, ...more });
    expect(exitCode).toBe(0);
    expect(summary).toContain("### Plan 2");
  }
  expect(calls).toEqual([]);
});

test("action.yml passes every input as a variable that the script reads, and has no expression within its script", () => {
  const action = readFileSync(join(ACTION, "action.yml"), "utf8");
  const [, inputs = ""] = /^inputs:\n([^]*?)^\w/m.exec(action) ?? [];
  const [, variables = ""] = /^ {6}env:\n([^]*?)^ {6}\w/m.exec(action) ?? [];
  const names = [...inputs.matchAll(/^ {2}([\w-]+):/gm)].map(([, name = ""]) => name);
  const passed = [...variables.matchAll(/^ {8}PLAN_(\w+): \$\{\{ inputs\.([\w-]+) \}\}$/gm)];
  expect([...passed.map(([, , name]) => name), "working-directory"].sort()).toEqual(names.sort());
  const script = readFileSync(join(ACTION, "plan.mjs"), "utf8");
  for (const [, variable = ""] of passed) expect(script).toContain(`("${variable}")`);
  expect(action.match(/^ *(?:- )?(?:run|uses):.*$/gm)).toEqual(['      run: node "$PLAN_SCRIPT"']);
});
