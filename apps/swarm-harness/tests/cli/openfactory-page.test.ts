import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appFileJsonSchema } from "@openfactory/app-file";
import { REPLICA_VARIABLES } from "@openfactory/docker-translators";
import { describe, expect, test } from "vitest";
import type { ParityCase } from "./support/parity/case.js";
import { REFERENCE_KEYS, REFERENCE_VARIABLES } from "./support/parity/reference-keys.js";
import { withTables } from "./support/parity/render.js";
import { app, device, ENV, mtconnect, read, variablesOf } from "./support/parity/sample.js";
import { literals, PAGE } from "./support/parity/sources.js";
import { tables } from "./support/parity/tables.js";

const cases = tables.flatMap((table) => table.cases);
const items = new Set(cases.flatMap((each) => each.items));

describe("each statement of docs/reference/openfactory.md is true", () => {
  test.each(tables.flatMap(({ id, cases }) => cases.map((each) => [id, each.items.join(", "), each] as const)))(
    "%s: %s",
    (_id, _items, { check }: ParityCase) => check(),
  );
});

test("the tables of docs/reference/openfactory.md match the cases (UPDATE_DOCS=1 writes them)", () => {
  const page = readFileSync(PAGE, "utf8");
  const written = withTables(page, tables);
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(PAGE, written);
  else expect(page).toBe(written);
});

test("the links of docs/reference/openfactory.md point to existing files", () => {
  const links = [...readFileSync(PAGE, "utf8").matchAll(/\]\(([^)#]+)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter((link) => !existsSync(join(dirname(PAGE), link)))).toEqual([]);
});

test("each item has one row per table", () => {
  for (const { cases } of tables) {
    const all = cases.flatMap((each) => each.items);
    expect(all).toEqual([...new Set(all)]);
  }
});

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** The paths of all keys of a schema: `apps.<name>.storage.<name>.type`. */
function keysOf(
  { anyOf = [], oneOf = [], properties = {}, additionalProperties, items }: Schema,
  path: string,
): string[] {
  return [
    ...[...anyOf, ...oneOf].flatMap((each) => keysOf(each, path)),
    ...Object.entries(properties).flatMap(([key, each]) => [`${path}${key}`, ...keysOf(each, `${path}${key}.`)]),
    ...(typeof additionalProperties === "object" ? keysOf(additionalProperties, `${path}<name>.`) : []),
    ...(items === undefined ? [] : keysOf(items, path)),
  ];
}

describe("completeness", () => {
  const rows = tables.flatMap(({ keysBelow, cases }) =>
    keysBelow === undefined
      ? []
      : cases.flatMap(({ items, below, status }) =>
          items.map((item) => ({ path: `${keysBelow}${item}`, below, status })),
        ),
  );
  const hasRow = (key: string): boolean =>
    rows.some(({ path, below }) => key === path || (below === true && key.startsWith(`${path}.`)));

  test("the keys of the file schema are the keys of the rows, except unsupported ones", () => {
    const keys = new Set(keysOf(appFileJsonSchema() as Schema, ""));
    expect([...keys].filter((key) => !hasRow(key))).toEqual([]);
    const unknown = rows.filter(({ path }) => !keys.has(path));
    expect(unknown.filter(({ status }) => status !== "not supported").map(({ path }) => path)).toEqual([
      "any other key",
    ]);
  });

  test("each key and variable of OpenFactory has a row", () => {
    expect(REFERENCE_KEYS.filter((key) => !hasRow(key))).toEqual([]);
    expect(REFERENCE_VARIABLES.filter((name) => !items.has(name))).toEqual([]);
  });

  test("each variable that a service gets has a row", async () => {
    const storage = "storage: {data: {type: local, local_path: /srv, mount_point: /data}}";
    const env = { ...ENV, OPENFACTORY_ENV: "dev" };
    const samples = [app(`routing: {expose: true, port: 80}\n${storage}`, env), device(mtconnect(), { env })];
    const projects = await Promise.all(samples.map(({ text }) => read(text, env)));
    const set = projects.flatMap(({ apps }) => apps.flatMap(({ request }) => Object.keys(variablesOf(request))));
    expect([...new Set([...set, ...REPLICA_VARIABLES])].filter((name) => !items.has(name))).toEqual([]);
  });

  test("each variable in the sources of app-file has a row", () => {
    const errorCodes = ["INVALID_FILE", "INVALID_REQUEST", "PLUGIN_FAILED", "UNKNOWN_PLUGIN"];
    const capabilities = ["NET_ADMIN"];
    const names = literals(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/, "packages/app-file");
    expect(names.size).toBeGreaterThan(10);
    // docs/reference/compose.md describes the variables and notes of Compose files.
    const isOfCompose = (name: string) =>
      /^COMPOSE_|^(KEY_NOT_SUPPORTED|VARIABLE_NOT_SET|PROFILE_INACTIVE)$/.test(name);
    const isOther = (name: string) => isOfCompose(name) || [...errorCodes, ...capabilities].includes(name);
    expect([...names].filter((name) => !items.has(name) && !isOther(name))).toEqual([]);
  });

  test("each label that a service gets has a row", async () => {
    const env = { ...ENV, OPENFACTORY_ENV: "dev" };
    const lines = "routing: {expose: true, port: 80}\nmetrics: {port: 9100}\nuns: {area: north}";
    const { apps } = await read(`${app(lines).text}${device(mtconnect()).text}`, env);
    const names = apps.flatMap(({ request }) => Object.keys(request.labels ?? {}));
    const general = names.map((name) =>
      name
        .replace("ofa-demo-app", "<name>")
        .replace("press-01-agent", "<agent>")
        .replace(/^openfactory\.uns\..*/, "openfactory.uns.<key>"),
    );
    expect(general.length).toBeGreaterThan(15);
    expect(general.filter((name) => !items.has(name))).toEqual([]);
  });

  test("the labels org.openfactory.* in the sources are the labels of the rows", () => {
    const ownRows = [...items].filter((item) => item.startsWith("org.openfactory."));
    expect([...literals(/^org\.openfactory\.deploy\.[a-z-]+$/)].sort()).toEqual(ownRows.sort());
  });
});
