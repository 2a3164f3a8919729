import { describe, expect, it } from "vitest";
import { parseAppFile } from "../load-project.js";

const parse = (...lines: string[]) =>
  parseAppFile(
    ["apps:", "  demo:", "    uuid: demo", "    image: nginx", ...lines.map((line) => `    ${line}`)].join("\n"),
    {
      file: "apps.yml",
      env: { MODE: "0400" },
    },
  );
const appOf = (...lines: string[]) => parse(...lines).apps[0];

describe("the mode of a file is read as octal digits", () => {
  it.each([
    ["400", 0o400],
    ["0400", 0o400],
    ['"400"', 0o400],
    ['"0400"', 0o400],
    ["0o400", 0o400],
    ['"0o400"', 0o400],
    ['"${MODE}"', 0o400],
    ["440", 0o440],
    ["1777", 0o1777],
    ["7", 0o7],
    ["0", 0],
  ])("%s", (written, mode) => {
    const request = appOf(
      `secrets: [{source: s, mode: ${written}}]`,
      `configs: [{source: c, target: /c, mode: ${written}}]`,
    )?.request;
    expect(request?.secrets).toEqual([{ name: "s", mode }]);
    expect(request?.configs).toEqual([{ name: "c", target: "/c", mode }]);
  });
});

it("reads a number in an unusual notation as text", () => {
  const request = appOf(
    "hostname: 1.10",
    "labels: {version: 1.10, build: 0o17, size: 1e3}",
    "deploy: {resources: {limits: {cpus: 0.50, memory: 1.50Gi}}}",
  )?.request;
  expect(request?.hostname).toBe("1.10");
  expect(request?.labels).toMatchObject({ version: "1.10", build: "0o17", size: "1e3" });
  expect(request?.resources).toEqual({ Limits: { NanoCPUs: 5e8, MemoryBytes: 1.5 * 1024 ** 3 } });
});

describe("templates", () => {
  it.each(["expand", "literal"] as const)("%s is part of the request", (templates) => {
    expect(appOf(`templates: ${templates}`, "environment: ['A={{.ID}}']")?.request.templates).toBe(templates);
  });
});

it("locate() returns the location of a request field", () => {
  const app = appOf(
    "environment: [A=1, 'B={{.ID}}']",
    "storage: {d: {type: volume, mount_point: /d}}",
    "deploy: {resources: {limits: {memory: 64Mi}}}",
    "ports: ['80:80', '[::1]:81:81']",
  );
  const place = (field: string) => {
    const { line, column } = app?.locate(field) ?? {};
    return [line, column];
  };
  const index = app?.request.env?.findIndex((entry) => entry.startsWith("B="));
  expect(place(`env[${index}]`)).toEqual([5, 24]);
  expect(place("mounts[0].Target")).toEqual([6, 33]);
  expect(place("resources.Limits.MemoryBytes")).toEqual([7, 35]);
  expect(place("ports[1].hostAddress")).toEqual([8, 22]);
  expect(place("healthcheck")).toEqual([2, 3]);
});
