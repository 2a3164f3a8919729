import { DeploymentError, type ProgressEvent } from "@openfactory/deploy-core";
import type { DeployerEvent } from "@openfactory/deployer";
import { describe, expect, test } from "vitest";
import { verdict } from "../../test/hand-made-reports.js";
import { CapturedOutput } from "../../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { liveProgress } from "./live-progress.js";
import { plainProgress } from "./plain-progress.js";
import { PullLines } from "./pull-lines.js";

const plain = (_: unknown, text: string): string => text;
const pull = (app: string, status: string, layer: Partial<ProgressEvent> = {}): DeployerEvent => ({
  type: "progress",
  app,
  service: app,
  progress: { type: "pull", service: app, image: "r.io/demo:1", status, ...layer } as Extract<
    ProgressEvent,
    { type: "pull" }
  >,
});
const downloading = (app: string, current: number): DeployerEvent =>
  pull(app, "Downloading", { id: "a", current, total: 4_000_000 } as object);
const DONE = "Status: Downloaded newer image for r.io/demo:1";
const failed = (app: string): DeployerEvent => ({
  type: "verdict",
  verdict: verdict(app, "failed", { error: new DeploymentError("ENGINE_ERROR", "x") }),
});

describe("an image", () => {
  test("has one line, however many apps wait for it", () => {
    const lines = new PullLines();
    lines.note(downloading("web", 1_000_000));
    expect(lines.note(downloading("db", 2_000_000))).toEqual([
      { app: "r.io/demo:1", isImage: true, text: "0/1 layers, 2.0/4.0 MB", kind: "busy" },
    ]);
    expect(lines.note(pull("web", DONE))).toMatchObject([{ kind: "good", text: "pulled, 1 layer, 4.0 MB" }]);
    expect(lines.note(pull("db", DONE))).toMatchObject([{ kind: "good", text: "pulled, 1 layer, 4.0 MB" }]);
    expect(lines.note(failed("web"))).toEqual([]);
    expect(lines.note(pull("ui", "Pulling from demo", { id: "1" } as object))).toMatchObject([
      { kind: "busy", text: "asking the registry" },
    ]);
  });

  test("was not pulled when the last app that waits for it has come to its end", () => {
    const lines = new PullLines();
    for (const app of ["web", "db"]) lines.note(downloading(app, 1));
    expect(lines.note(failed("web"))).toEqual([]);
    expect(lines.note(failed("db"))).toMatchObject([{ app: "r.io/demo:1", text: "not pulled", kind: "bad" }]);
  });
});

test("on a terminal: a line for the image below those of its apps", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 80 });
  const progress = liveProgress(output, plain);
  for (const app of ["web", "db"]) progress.observe(downloading(app, 1_000_000));
  // A warning draws at once.
  progress.observe({ type: "warning", warning: { code: "ORPHAN", reason: "It is left." } });
  progress.stop();
  const drawn = output.text.split("\n").map((line) => line.replaceAll(/ {2,}[\d.]+ s /g, "").trim());
  expect(drawn.filter((line) => line.includes("layers"))).toHaveLength(1);
  expect(drawn.filter((line) => /^. (?:web|db) +pulling r\.io\/demo:1$/.test(line))).toHaveLength(2);
  expect(drawn.some((line) => /^. r\.io\/demo:1 +0\/1 layers, 1\.0\/4\.0 MB$/.test(line))).toBe(true);
});

test("in a pipe: a line now and then, and one for the end", () => {
  let now = 0;
  const output = new CapturedOutput();
  const progress = plainProgress(output, plain, () => now);
  for (let part = 1; part <= 4; part++) {
    for (const app of ["web", "db"]) progress.observe(downloading(app, part * 1_000_000));
    now += 6_000;
  }
  progress.observe(pull("web", "Pull complete", { id: "a" } as object));
  for (const app of ["web", "db"]) progress.observe(pull(app, DONE));
  expect(output.text).toBe(
    [
      "web: pulling r.io/demo:1",
      "db: pulling r.io/demo:1",
      "r.io/demo:1: 0/1 layers, 3.0/4.0 MB",
      "r.io/demo:1: 1/1 layers, 4.0/4.0 MB",
      "r.io/demo:1: pulled, 1 layer, 4.0 MB",
      "",
    ].join("\n"),
  );
});
