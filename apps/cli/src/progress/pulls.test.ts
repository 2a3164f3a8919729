import { DeploymentError, type ProgressEvent } from "@openfactory/deploy-core";
import type { DeployerEvent } from "@openfactory/deployer";
import { describe, expect, test, vi } from "vitest";
import { CapturedOutput } from "../../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { verdict } from "../../test/sample-reports.js";
import { liveProgress } from "./live-progress.js";
import { plainProgress } from "./plain-progress.js";
import { ImagePulls, PullProgressCounter } from "./pulls.js";

const countPull = (
  ...events: [status: string, id?: string, current?: number, total?: number][]
): PullProgressCounter => {
  const counted = new PullProgressCounter();
  for (const [status, id, current, total] of events)
    counted.note({ type: "pull", service: "web", image: "demo:1", status, id, current, total });
  return counted;
};
const layers = [
  ["Pulling from library/demo", "1"],
  ["Pulling fs layer", "a"],
  ["Pulling fs layer", "b"],
  ["Already exists", "c"],
] as const;

test("text() counts layers, and bytes once they are known", () => {
  expect(countPull().text()).toBe("contacting the registry");
  expect(countPull(...layers.map((event) => [...event] as [string, string])).text()).toBe("1/3 layers");
  const begun = countPull(
    ["Pulling fs layer", "a"],
    ["Pulling fs layer", "b"],
    ["Downloading", "a", 1_000_000, 4_000_000],
  );
  expect(begun.text()).toBe("0/2 layers, 1.0/4.0 MB");
  expect(begun.isDone).toBe(false);
});

test("text() counts the bytes of a layer once, in all of its statuses", () => {
  const counted = countPull(
    ["Downloading", "a", 500, 2000],
    ["Downloading", "b", 100, 1000],
    ["Verifying Checksum", "a"],
    ["Download complete", "a"],
    ["Extracting", "a", 32_768, 2000],
  );
  expect(counted.text()).toBe("0/2 layers, 2.1/3.0 kB");
  counted.note({ type: "pull", service: "web", image: "demo:1", status: "Pull complete", id: "a" });
  expect(counted.text()).toBe("1/2 layers, 2.1/3.0 kB");
});

test("text() reports a retry while the engine waits for it", () => {
  expect(countPull(["Downloading", "a", 1, 1e9], ["Retrying in 5 seconds", "a"]).text()).toBe(
    "0/1 layers, 0.0/1.0 GB, retrying in 5 seconds",
  );
  expect(countPull(["Retrying in 1 second", "a"], ["Downloading", "a", 1, 2e6]).text()).toBe("0/1 layers, 0.0/2.0 MB");
});

test("text() has the rate of the last seconds, until all bytes have arrived", () => {
  let now = 0;
  const pulled = new PullProgressCounter(() => now);
  const note = (at: number, current: number): string => {
    now = at;
    pulled.note({ type: "pull", service: "web", image: "demo:1", status: "Downloading", id: "a", current, total: 9e6 });
    return pulled.text();
  };
  expect(note(0, 1e6)).toBe("0/1 layers, 1.0/9.0 MB");
  expect(note(500, 2e6)).toBe("0/1 layers, 2.0/9.0 MB");
  expect(note(1_000, 3e6)).toBe("0/1 layers, 3.0/9.0 MB, 2.0 MB/s");
  expect(note(10_000, 3e6)).toBe("0/1 layers, 3.0/9.0 MB, 0.0 kB/s");
  expect(note(20_000, 8e6)).toBe("0/1 layers, 8.0/9.0 MB, 500.0 kB/s");
  expect(note(21_000, 9e6)).toBe("0/1 layers, 9.0/9.0 MB");
});

test("text() ends with the result of the pull", () => {
  const pulled = countPull(
    ["Downloading", "a", 1, 3e6],
    ["Pull complete", "a"],
    ["Digest: sha256:1"],
    ["Status: Downloaded newer image for demo:1"],
  );
  expect([pulled.isDone, pulled.text()]).toEqual([true, "pulled, 1 layer, 3.0 MB"]);
  expect(countPull(["Already exists", "a"], ["Status: Downloaded newer image for demo:1"]).text()).toBe(
    "pulled, 1 layer",
  );
  // Layers and configuration are there already, under another name.
  expect(countPull(["Pulling from demo", "1"], ["Status: Downloaded newer image for demo:1"]).text()).toBe("pulled");
  expect(countPull(["Pulling from demo", "1"], ["Status: Image is up to date for demo:1"]).text()).toBe("up to date");
});

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

describe("ImagePulls", () => {
  test("has one state per image, for any number of apps", () => {
    const lines = new ImagePulls();
    lines.note(downloading("web", 1_000_000));
    expect(lines.note(downloading("db", 2_000_000))).toEqual([
      { app: "r.io/demo:1", isImage: true, text: "0/1 layers, 2.0/4.0 MB", kind: "busy" },
    ]);
    expect(lines.note(pull("web", DONE))).toMatchObject([{ kind: "good", text: "pulled, 1 layer, 4.0 MB" }]);
    expect(lines.note(pull("db", DONE))).toMatchObject([{ kind: "good", text: "pulled, 1 layer, 4.0 MB" }]);
    expect(lines.note(failed("web"))).toEqual([]);
    expect(lines.note(pull("ui", "Pulling from demo", { id: "1" } as object))).toMatchObject([
      { kind: "busy", text: "contacting the registry" },
    ]);
  });

  test("reports an image as not pulled when its last app has ended", () => {
    const lines = new ImagePulls();
    for (const app of ["web", "db"]) lines.note(downloading(app, 1));
    expect(lines.note(failed("web"))).toEqual([]);
    expect(lines.note(failed("db"))).toMatchObject([{ app: "r.io/demo:1", text: "not pulled", kind: "bad" }]);
  });
});

test("liveProgress() draws a line for the image below its apps", () => {
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

test("plainProgress() prints a line for an image every ten seconds, and one at the end", () => {
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
      "r.io/demo:1: 0/1 layers, 3.0/4.0 MB, 166.7 kB/s",
      "r.io/demo:1: 1/1 layers, 4.0/4.0 MB",
      "r.io/demo:1: pulled, 1 layer, 4.0 MB",
      "",
    ].join("\n"),
  );
});

test("plainProgress() prints a line every thirty seconds for an app that is still in the same state", () => {
  vi.useFakeTimers();
  try {
    const output = new CapturedOutput();
    const progress = plainProgress(output, plain);
    const waits = { type: "waiting", service: "web", running: 0, desired: 1, detail: "starting" } as const;
    progress.observe({ type: "phase", app: "ui", service: "ui", phase: "blocked", detail: "web" });
    progress.observe({ type: "progress", app: "web", service: "web", progress: waits });
    vi.advanceTimersByTime(20_000);
    progress.observe({ type: "progress", app: "web", service: "web", progress: waits });
    vi.advanceTimersByTime(50_000);
    progress.observe({ type: "verdict", verdict: verdict("web", "running") });
    vi.advanceTimersByTime(60_000);
    progress.stop();
    expect(output.text.split("\n").filter((line) => line.startsWith("web"))).toEqual([
      "web: 0/1 running, starting",
      "web: still 0/1 running, starting, for 30 s",
      "web: still 0/1 running, starting, for 1 min 0 s",
      expect.stringMatching(/^web: (?:deployed|running|started)$/),
    ]);
    expect(output.text.match(/^ui/gm)).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});
