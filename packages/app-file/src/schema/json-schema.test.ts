import { describe, expect, it } from "vitest";
import { z } from "zod";
import { appFileJsonSchema } from "./json-schema.js";
import { knownKeys } from "./json-schema.js";

const schema = appFileJsonSchema() as { $schema: string; properties: { apps: { additionalProperties: Node } } };
interface Node {
  required: string[];
  patternProperties: object;
}

describe("the JSON Schema", () => {
  it("is a draft 7 with an address", () => {
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(schema).toMatchObject({ $id: expect.stringMatching(/^https:.*openfactory\.schema\.json$/) });
  });

  it("requires the required keys of an app, and allows x-... keys", () => {
    const app = schema.properties.apps.additionalProperties;
    expect(app.required).toEqual(["uuid", "image"]);
    expect(schema).toMatchObject({ anyOf: [{ required: ["apps"] }, { required: ["devices"] }] });
    expect(Object.keys(app.patternProperties)).toEqual(["^x-"]);
  });

  it("allows variables where text has a pattern, but no other text", () => {
    const reader = z.fromJSONSchema(schema as never);
    const fits = (extra: object) => reader.safeParse({ apps: { a: { uuid: "app", image: "demo", ...extra } } }).success;
    expect(fits({ deploy: { replicas: 2 }, ports: ["80", 81, { target: 80 }], "x-note": 1, restart: null })).toBe(true);
    expect(fits({ deploy: { replicas: "${N}" }, image_pull_policy: "${P:-always}", init: "${I}" })).toBe(true);
    expect(fits({ deploy: { replicas: "two" } })).toBe(false);
    expect(fits({ init: "$I" })).toBe(false);
    expect(fits({ storage: { data: { type: "${TYPE}", mount_point: "${PLACE}/data" } } })).toBe(true);
    expect(fits({ image_pull_policy: "never" })).toBe(true);
    expect(fits({ image_pull_policy: "allways" })).toBe(false);
    expect(fits({ imge: "x" })).toBe(false);
  });

  it("knownKeys() returns the keys of every mapping", () => {
    expect(knownKeys([])).toEqual(["name", "apps", "devices", "networks", "secrets", "configs"]);
    expect(knownKeys(["apps", "any", "routing"])).toEqual(["expose", "port", "hostname"]);
    expect(knownKeys(["apps", "any", "ports", 3])).toEqual(["target", "published", "host_ip", "protocol", "mode"]);
    expect(knownKeys(["apps", "any", "storage", "s"])).toContain("local_path");
    expect(knownKeys(["apps", "any", "no", "such"])).toEqual([]);
  });
});
