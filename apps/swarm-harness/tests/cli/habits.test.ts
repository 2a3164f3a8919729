import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

/** Lines that users of Docker, Compose and Terraform type out of habit. */
const LINES = readFileSync(new URL("./support/habits.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");

/** The output of a line that works, with web and db deployed. Exit code 0, unless the text says otherwise. */
const WORKS: Readonly<Record<string, RegExp>> = {
  "logs -f web": /^web \| hello\n$/,
  "logs -f": /web +\| hello\n/,
  "logs -n 5 web": /^web \| hello\n$/,
  "logs --tail=1 -t web": /^web \| \d{4}-\d\d-\d\dT\S+Z hello\n$/,
  "up -d": /factory: 2 unchanged/,
  "up --detach": /factory: 2 unchanged/,
  "up --yes": /factory: 2 unchanged/,
  "up --pull always": /factory: 2 (unchanged|updated)/,
  "up --remove-orphans": /factory: 2 unchanged/,
  "--quiet up": /^$/,
  "-q up": /^$/,
  "--verbose up": /factory: 2 unchanged/,
  "ps -a": /^APP.*\nweb +.*running[^]*\ndb/,
  "ps -q": /^\S+\n\S+\n$/,
  "ps --format json": /^\{"event":"app",[^]*"event":"result"/,
  "-p x ps": /^APP .*\nweb .*not managed[^]*\ndb .*not managed.*\n$/,
  "--no-color ps": /^APP/,
  "--ansi never ps": /^APP/,
  "--debug ps": /^APP/,
  "--log-level debug ps": /^APP/,
  config: /^name: factory\napps:\n {2}web:\n {4}uuid: WEB\n/,
  ls: /^PROJECT.*\nfactory +running +2\/2/,
  images: /^APP.*\nweb +demo:1 +deployed/,
  "port web 8080": /^0\.0\.0\.0:18080\n$/,
  "restart web": /^APP[^]*\nweb +running[^]*factory: 1 running in/,
  "stop web": /^APP[^]*\nweb +stopped[^]*factory: 1 stopped in/,
  "start web": /^APP[^]*\nweb +unchanged[^]*factory: 1 unchanged in/,
  "exec web sh": /^$/,
  "down web": /^web: removed\nfactory: 1 removed/,
  "plan web": /^factory: nothing to do; 1 unchanged\n$/,
};

/** The hint of a line that fails: it names the command to run. */
const NAMES: Readonly<Record<string, RegExp>> = {
  "down -v": /Pass --yes\./,
  "up --build": /`docker build`/,
  "up --force-recreate": /`ofdeploy restart`/,
  "plan -out x": /^Write two dashes: --out\./,
  pull: /`ofdeploy up --pull always`/,
  stats: /`docker stats \$\(ofdeploy ps -q\)`/,
  top: /`docker top \$\(ofdeploy ps -q <app>\)`/,
  events: /`docker events --filter/,
  "kill web": /`ofdeploy stop <app>`/,
  rm: /`ofdeploy down <app>`/,
  "run web ls": /`ofdeploy exec <app> <command>`/,
  destroy: /`ofdeploy down`/,
  apply: /`ofdeploy up`/,
  deploy: /`ofdeploy up`/,
  init: /Pass --force/,
};

let project: TestProject;
beforeEach(async () => {
  project = new TestProject().write(appFile({ web: 'ports: ["18080:8080"]', db: "" }));
  const memory = resetMemory({ processes: { web: { lines: [{ stream: "stdout", line: "hello" }] } } });
  await project.run("up");
  await memory.createResource({ kind: "volume", name: "web_data", labels: VOLUME_LABELS });
});
afterEach(() => project.remove());

const VOLUME_LABELS = {
  "org.openfactory.deploy.project": "factory",
  "org.openfactory.deploy.file": "openfactory.yml",
};

describe("a line typed out of habit", () => {
  test("has an outcome here", () => {
    expect(LINES.filter((line) => !(line in WORKS) && !(line in NAMES))).toEqual([]);
    expect(LINES).toHaveLength(45);
  });

  test.each(LINES)("%s", async (line) => {
    const io = captureIo(project.folder, { isTTY: true, columns: 120 });
    if (line.startsWith("logs -f")) {
      io.stdout.onWrite = () => void setTimeout(() => io.signals.emit("SIGINT"), 50);
    }
    const ran = await project.runOnMemory(io, ...line.split(" "));
    const works = WORKS[line];
    if (works === undefined) {
      expect(ran).toMatchObject({ code: 3, out: "" });
      expect(ran.err.split("hint: ")[1]).toMatch(NAMES[line] ?? /^$/);
      return;
    }
    expect(ran.code, ran.err).toBe(line.startsWith("logs -f") ? 130 : 0);
    // eslint-disable-next-line no-control-regex -- Colors.
    expect(ran.out.replace(/\x1b\[\d+m/g, "")).toMatch(works);
  });
});
