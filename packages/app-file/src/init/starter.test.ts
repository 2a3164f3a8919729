import { expect, test } from "vitest";
import { parseAppFile } from "../load-project.js";
import { appFileJsonSchema } from "../schema/json-schema.js";
import { starterFile } from "./starter.js";

const parse = (text: string) => parseAppFile(text, { file: "openfactory.yml", env: {} });

test("a new file is valid, and begins with the address of its schema", () => {
  const text = starterFile({ project: "plant", app: "reader", image: "demo:1" });
  const { $id } = appFileJsonSchema() as { $id: string };
  expect(text.split("\n")[0]).toBe(`# yaml-language-server: $schema=${$id}`);
  const { project, apps } = parse(text);
  expect(project).toBe("plant");
  expect(apps).toMatchObject([{ key: "reader", service: "reader", request: { image: "demo:1" } }]);
  expect(apps[0]?.request.ports).toBeUndefined();
});

test("a new file without an image publishes the port of its default image", () => {
  const { apps } = parse(starterFile({ project: "plant", app: "web" }));
  expect(apps[0]?.request).toMatchObject({ image: "nginx:alpine", ports: [{ target: 80, published: 8080 }] });
});

test("every key in the comments is valid when the # is removed", () => {
  const text = starterFile({ project: "plant", app: "web", image: "demo:1" });
  const [header = "", about = "", ...lines] = text.split("\n");
  const all = [header, about, ...lines.map((line) => line.replace(/^( *)# (?=[ \w-]+:)/, "$1"))].join("\n");
  expect(all.match(/^ *#/gm)).toHaveLength(2);
  const { apps, resources } = parse(all);
  expect(apps.map(({ key }) => key)).toEqual(["web", "db"]);
  expect(apps[0]?.request).toMatchObject({
    ports: [{ target: 80, published: 8080 }],
    env: expect.arrayContaining(["LOG_LEVEL=info", "API_TOKEN="]),
    mounts: [{ Type: "volume", Target: "/data" }],
    healthcheck: { Interval: 10_000_000_000 },
    mode: { Replicated: { Replicas: 2 } },
    resources: { Limits: { NanoCPUs: 500_000_000, MemoryBytes: 268_435_456 } },
  });
  expect(resources).toMatchObject([{ key: "plant", spec: { kind: "network" } }]);
});

test("names that YAML reads as another type are quoted", () => {
  expect(parse(starterFile({ project: "123", app: "on", image: "demo:1" })).apps).toMatchObject([{ key: "on" }]);
});
