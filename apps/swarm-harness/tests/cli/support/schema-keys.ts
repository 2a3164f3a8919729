import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appFileJsonSchema, loadProject } from "@openfactory/app-file";
import { DeploymentError } from "@openfactory/deploy-core";
import { Ajv } from "ajv";
import type { Schema } from "../../docs/support/reference/schema-keys.js";

/** A key of the file. */
export interface SchemaKey {
  /** `apps.*.ports[].target`. */
  path: string;
  schema: Schema;
  /** A file in which the key has this value, with everything that makes another value of it valid. */
  fileWith: (value: unknown) => object;
}

type Entry = Record<string, unknown>;
type MakeFile = (value: unknown, beside?: object) => object;

export const fileSchema = appFileJsonSchema() as Schema;

/** Whether the schema accepts a file. To optimize the code would take longer than all tests that run it. */
export const isValidFile = new Ajv({ allowUnionTypes: true, code: { optimize: false } }).compile(fileSchema);

/** The keys of app files, each with its schema. A key of several alternatives is listed for each. */
export const schemaKeys = (): SchemaKey[] => keysBelow(fileSchema, "", (value) => completeFile(value as Entry));

function keysBelow(schema: Schema, path: string, fileWith: MakeFile): SchemaKey[] {
  const { properties = {}, required = [], additionalProperties, items, anyOf = [] } = schema;
  const named = Object.entries(properties).flatMap(([name, key]): SchemaKey[] => {
    const others = required.filter((other) => other !== name).map((other) => [other, properties[other]?.examples?.[0]]);
    const here = path === "" ? name : `${path}.${name}`;
    const makeFile: MakeFile = (value) => fileWith({ ...Object.fromEntries(others), ...BESIDE[here], [name]: value });
    return [{ path: here, schema: key, fileWith: makeFile }, ...keysBelow(key, here, makeFile)];
  });
  const name = path.endsWith("depends_on") ? "db" : path === "devices" ? "cnc-7" : "demo";
  return [
    ...named,
    ...(typeof additionalProperties === "object"
      ? keysBelow(additionalProperties, `${path}.*`, (value) => fileWith({ [name]: value }))
      : []),
    ...(items === undefined ? [] : keysBelow(items, `${path}[]`, (value) => fileWith([value]))),
    ...anyOf.flatMap((each) => keysBelow(each, path, fileWith)),
  ];
}

/** Keys that are valid beside others only. */
const BESIDE: Readonly<Record<string, object>> = {
  "apps.*.runtime_uid": { runtime_gid: 1000 },
  "apps.*.runtime_gid": { runtime_uid: 1000 },
  "apps.*.routing.expose": { port: 8080 },
  "secrets.*.name": { external: true },
  "configs.*.name": { external: true },
};

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The file with an app for `depends_on`, and with the keys that others require. */
function completeFile({ apps = {}, ...file }: Entry): object {
  const devices = isEntry(file["devices"]) ? Object.values(file["devices"]) : [];
  for (const device of devices)
    if (isEntry(device) && isEntry(device["connector"])) completeConnector(device["connector"]);
  if (!isEntry(apps)) return { apps, ...file };
  for (const app of Object.values(apps)) {
    const check = isEntry(app) ? app["healthcheck"] : undefined;
    if (isEntry(check) && !("disable" in check)) check["test"] ??= "true";
  }
  return { apps: { db: { uuid: "db", image: "demo" }, ...apps }, ...file };
}

function completeConnector({ agent, variables, constants }: Entry): void {
  if (isEntry(agent) && !("ip" in agent)) {
    agent["device_xml"] ??= "./cnc-7.xml";
    const adapter = (agent["adapter"] ??= {}) as Entry;
    if (isEntry(adapter)) {
      adapter["port"] ??= 7878;
      if (!("ip" in adapter)) adapter["image"] ??= "demo";
    }
  }
  for (const node of [variables, constants].flatMap((nodes) => (isEntry(nodes) ? Object.values(nodes) : []))) {
    if (isEntry(node) && !("browse_path" in node)) node["node_id"] ??= "ns=3;i=1050";
  }
}

/** Reads app files as `ofdeploy validate` does, in a directory with the files that the examples of the schema name. */
export class Reader {
  readonly #folder = mkdtempSync(join(tmpdir(), "ofdeploy-schema-"));
  readonly #file = join(this.#folder, "openfactory.yml");

  constructor() {
    for (const name of ["line.env", "common.env", "local.env"]) writeFileSync(join(this.#folder, name), "A=1\n");
    for (const name of ["password.txt", "settings.yml"]) writeFileSync(join(this.#folder, name), "demo\n");
  }

  /** Undefined if the text is valid, else the findings. */
  async findings(text: string): Promise<DeploymentError["issues"] | undefined> {
    writeFileSync(this.#file, text);
    try {
      await loadProject([this.#file], { env: ENV, cwd: this.#folder, contents: "none" });
      return undefined;
    } catch (error) {
      if (DeploymentError.isInstance(error, "INVALID_FILE")) return error.issues;
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

const ENV = { PASSWORD: "demo", OPENFACTORY_BASE_DOMAIN: "factory.example.com", OPENFACTORY_VERSION: "1", V: "web" };
