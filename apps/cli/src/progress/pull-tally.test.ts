import { expect, test } from "vitest";
import { PullTally } from "./pull-tally.js";

const tally = (...events: [status: string, id?: string, current?: number, total?: number][]): PullTally => {
  const counted = new PullTally();
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

test("tells layers, and bytes as soon as they are known", () => {
  expect(tally().text()).toBe("asking the registry");
  expect(tally(...layers.map((event) => [...event] as [string, string])).text()).toBe("1/3 layers");
  const begun = tally(["Pulling fs layer", "a"], ["Pulling fs layer", "b"], ["Downloading", "a", 1_000_000, 4_000_000]);
  expect(begun.text()).toBe("0/2 layers, 1.0/4.0 MB");
  expect(begun.isDone).toBe(false);
});

test("counts a layer's bytes once, whatever else is done with it", () => {
  const counted = tally(
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

test("says that the engine tries again, while it does", () => {
  expect(tally(["Downloading", "a", 1, 1e9], ["Retrying in 5 seconds", "a"]).text()).toBe(
    "0/1 layers, 0.0/1.0 GB, retrying in 5 seconds",
  );
  expect(tally(["Retrying in 1 second", "a"], ["Downloading", "a", 1, 2e6]).text()).toBe("0/1 layers, 0.0/2.0 MB");
});

test("ends with what came of it", () => {
  const pulled = tally(
    ["Downloading", "a", 1, 3e6],
    ["Pull complete", "a"],
    ["Digest: sha256:1"],
    ["Status: Downloaded newer image for demo:1"],
  );
  expect([pulled.isDone, pulled.text()]).toEqual([true, "pulled, 1 layer, 3.0 MB"]);
  expect(tally(["Already exists", "a"], ["Status: Downloaded newer image for demo:1"]).text()).toBe("pulled, 1 layer");
  // Layers and configuration are there already, under another name.
  expect(tally(["Pulling from demo", "1"], ["Status: Downloaded newer image for demo:1"]).text()).toBe("pulled");
  expect(tally(["Pulling from demo", "1"], ["Status: Image is up to date for demo:1"]).text()).toBe("up to date");
});
