import { expect, test } from "vitest";
import { APP_LABEL, PROJECT_LABEL } from "./labels.js";
import { requestHash } from "./request-hash.js";

const request = { image: "demo:1", name: "web", env: ["A=1", "B=2"], labels: { x: "1", y: "2" } };

test("requestHash() is equal for equivalent requests", () => {
  const hash = requestHash(request);
  expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(requestHash({ labels: { y: "2", x: "1" }, env: ["B=2", "A=1"], name: "web", image: "demo:1" })).toBe(hash);
  expect(requestHash({ ...request, labels: { ...request.labels, [PROJECT_LABEL]: "p", [APP_LABEL]: "a" } })).toBe(hash);
  expect(requestHash({ ...request, user: undefined })).toBe(hash);
  const shorthand = requestHash({ ...request, command: "sleep 1", ports: { 8080: 80 } });
  expect(requestHash({ ...request, command: ["sleep", "1"], ports: [{ target: 80, published: 8080 }] })).toBe(
    shorthand,
  );
});

test("requestHash() differs for different requests", () => {
  const hash = requestHash(request);
  for (const change of [{ env: ["A=1", "B=3"] }, { labels: { x: "1" } }, { networks: ["n"] }, { command: "x" }]) {
    expect(requestHash({ ...request, ...change })).not.toBe(hash);
  }
  expect(requestHash({ ...request, networks: ["a", "b"] })).not.toBe(requestHash({ ...request, networks: ["b", "a"] }));
});
