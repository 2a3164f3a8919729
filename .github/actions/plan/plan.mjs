// Runs `ofdeploy plan --markdown`, and writes the plan to the summary of the job and to a comment of the pull request.
// Needs Node 20 or later, and no packages.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";

const env = process.env;
const input = (name) => (env[`PLAN_${name}`] ?? "").trim();
const lines = (name) =>
  input(name)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
const token = input("TOKEN");
/** The exit codes of `ofdeploy plan`. */
const EXIT = { ok: 0, changes: 2, conflict: 5 };
const FAIL_ON = { never: [], conflict: [EXIT.conflict], changes: [EXIT.changes, EXIT.conflict] };

async function main() {
  const failOn = FAIL_ON[input("FAIL_ON")];
  if (failOn === undefined)
    throw new Error(`Invalid input fail-on "${input("FAIL_ON")}". Known: never, conflict, changes.`);
  const { code, markdown } = await runPlan();
  setOutput("exit-code", code);
  setOutput("has-changes", code === EXIT.changes);
  if (!Object.values(EXIT).includes(code))
    throw new Error(`\`ofdeploy plan\` failed with exit code ${code}: see the log above.`);
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${markdown}\n`);
  const number = pullRequest();
  if (input("COMMENT") !== "true") console.log("The input comment is not true: no comment is written.");
  else if (number === undefined) console.log("This event has no pull request: no comment is written.");
  else await writeComment(number, markdown, code === EXIT.ok);
  if (failOn.includes(code)) {
    console.log(
      `::error::The plan has ${code === EXIT.conflict ? "conflicts" : "changes"}: see the summary of the job.`,
    );
    return 1;
  }
  return 0;
}

/** Runs the plan. The command gets the environment without the token. */
function runPlan() {
  const args = [
    ...lines("FILES").flatMap((file) => ["--file", file]),
    ...(input("PLATFORM") ? ["--platform", input("PLATFORM")] : []),
    ...(input("PROJECT") ? ["--project", input("PROJECT")] : []),
  ];
  const command = env.PLAN_COMMAND ? JSON.parse(env.PLAN_COMMAND) : ["npx", "--yes", `ofdeploy@${input("VERSION")}`];
  const { PLAN_TOKEN, ...inherited } = env;
  const child = spawn(command[0], [...command.slice(1), "plan", "--markdown", ...args, ...lines("ARGS")], {
    env: inherited,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A name in a message could be a command to the runner (`::set-output::`), so commands are off while messages are printed.
  const mark = randomUUID();
  return new Promise((resolve, reject) => {
    let [markdown, messages] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => (markdown += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (messages += text));
    child.on("error", (error) => reject(new Error(`Could not run ${command[0]}: ${error.message}`)));
    child.on("close", (code) => {
      console.log(`::stop-commands::${mark}\n${messages}\n::${mark}::`);
      resolve({ code: code ?? 1, markdown });
    });
  });
}

/** The number of the pull request of the event, if it has one. */
function pullRequest() {
  const event = env.GITHUB_EVENT_PATH ? JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8")) : {};
  return event.pull_request?.number ?? (event.issue?.pull_request && event.issue.number);
}

/**
 * Updates the comment of this project and platform, or creates it. A plan without changes creates none, but updates the one of
 * an earlier plan.
 */
async function writeComment(number, markdown, isUnchanged) {
  const repository = env.GITHUB_REPOSITORY;
  const marker = markdown.split("\n")[0];
  const body = `${markdown}\n<sub>${(env.GITHUB_SHA ?? "").slice(0, 12)}</sub>\n`;
  try {
    const comment = await findComment(`/repos/${repository}/issues/${number}/comments`, marker);
    if (comment === undefined && isUnchanged) {
      console.log("The plan has no changes, and no earlier plan has a comment: no comment is written.");
      return;
    }
    const written =
      comment === undefined
        ? await call("POST", `/repos/${repository}/issues/${number}/comments`, { body })
        : await call("PATCH", `/repos/${repository}/issues/comments/${comment.id}`, { body });
    setOutput("comment-url", written.html_url);
    console.log(`${comment === undefined ? "Created" : "Updated"} the comment ${written.html_url}`);
  } catch (error) {
    if (error.status !== 403 && error.status !== 404) throw error;
    // The token of a pull request from a fork can only read.
    console.log(
      `::warning::The token may not write comments (${error.message}). The summary of the job has the plan. Grant the permission pull-requests: write; pull requests from forks can't have it.`,
    );
  }
}

/** The comment that starts with the marker, and that this token or a bot wrote: others could write the marker, too. */
async function findComment(path, marker) {
  const login = await call("GET", "/user").then(
    (user) => user.login,
    () => undefined,
  );
  for (let page = 1; ; page += 1) {
    const comments = await call("GET", `${path}?per_page=100&page=${page}`);
    const found = comments.find(
      ({ body, user }) =>
        body?.startsWith(marker) && (user?.type === "Bot" || (login !== undefined && user?.login === login)),
    );
    if (found !== undefined || comments.length < 100) return found;
  }
}

/** Calls GitHub's API. The error has the status and GitHub's message, and never the token. */
async function call(method, path, body) {
  const response = await fetch(`${env.GITHUB_API_URL ?? "https://api.github.com"}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "ofdeploy-plan",
      "x-github-api-version": "2022-11-28",
    },
    body: body && JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const reason = withoutToken(text).replace(/\s+/g, " ").slice(0, 200);
  throw Object.assign(new Error(`${method} ${path}: ${response.status} ${reason}`), { status: response.status });
}

const withoutToken = (text) => (token === "" ? text : text.replaceAll(token, "***"));

function setOutput(name, value) {
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `${name}=${String(value).replace(/[\r\n]/g, " ")}\n`);
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    const message = withoutToken(error.message).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
    console.log(`::error::${message}`);
    process.exitCode = 1;
  },
);
