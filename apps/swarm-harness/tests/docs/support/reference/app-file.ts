import { appFileJsonSchema, printYaml } from "@openfactory/app-file";
import type { StrategyManifest } from "@openfactory/deploy-core";
import { code, page, plain, table } from "./markdown.js";
import { fieldSupport, MANIFESTS } from "./platforms.js";
import {
  defaultOf,
  descriptionOf,
  exampleOf,
  keysIn,
  ruleText,
  type Schema,
  type SchemaKey,
  typeText,
} from "./schema-keys.js";

/** The fields of a request that a key of an app sets. The other keys have the name of their field in snake case. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  uuid: ["name"],
  runtime_uid: ["user"],
  runtime_gid: ["user"],
  openfactory_variables: ["env", "replicaEnv"],
  environment: ["env"],
  env_file: ["env"],
  storage: ["mounts"],
  tmpfs: ["mounts"],
  routing: ["labels"],
  uns: ["labels"],
  network_mode: ["networks"],
  metrics: ["labels"],
  depends_on: [],
  expose: [],
  deploy: ["mode", "resources", "openFiles", "constraints", "restart", "updateConfig", "rollbackConfig"],
  dns_search: ["dns"],
  dns_opt: ["dns"],
  ulimits: ["openFiles"],
  stdin_open: ["openStdin"],
  working_dir: ["workingDir"],
};

const fieldsOf = (key: string): readonly string[] =>
  FIELDS[key] ?? [key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())];

const apps = (schema: Schema): Schema => schema.properties?.["apps"]?.additionalProperties as Schema;

/** The reference of the app file, from its JSON Schema and the manifests of the platforms. */
export function appFilePage(): string {
  const schema = appFileJsonSchema() as Schema;
  const top = Object.entries(schema.properties ?? {});
  const keys = Object.entries(apps(schema).properties ?? {});
  const others = top.filter(([name]) => name !== "apps" && name !== "name");
  return page(
    "App file",
    "Every key of an app file, from the schema that `ofdeploy validate` checks. `ofdeploy schema` prints it for an editor, and [app-file](../../packages/app-file/README.md) describes the rules that span several keys. Values may contain variables: `${NAME}`, `${NAME:-default}`. Keys that begin with `x-` are ignored everywhere.",
    "## Top level",
    keyTable(top.map(([path, inner]) => ({ path, schema: inner, required: false }))),
    "## Keys of an app",
    "An app is an entry of `apps`.",
    ...keys.map(([name, inner]) => keySection(name, inner, apps(schema).required?.includes(name) ?? false)),
    ...others.map(
      ([name, inner]) => `## Keys of ${name}\n\n${plain(descriptionOf(inner))}\n\n${keyTable(keysIn(inner, ""), true)}`,
    ),
  );
}

function keySection(name: string, schema: Schema, required: boolean): string {
  const example = exampleOf(schema);
  const inner = keysIn(schema, name);
  const rule = ruleText(schema);
  return [
    `### ${name}`,
    plain(descriptionOf(schema)),
    [
      `- Type: ${typeText(schema)}${required ? ". Required." : "."}`,
      ...(defaultOf(schema) === undefined ? [] : [`- Default: ${code(shown(defaultOf(schema)))}`]),
      ...(rule === "" ? [] : [`- Rule: ${rule}`]),
      ...MANIFESTS.map((manifest) => `- ${manifest.name}: ${supportOf(name, manifest)}`),
    ].join("\n"),
    example === undefined ? "" : `<!-- ${directive(name)} -->\n\n\`\`\`yaml\n${yamlOf({ [name]: example })}\n\`\`\``,
    inner.length === 0 ? "" : keyTable(inner),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Examples that are not valid in any app. The test of the code blocks checks the others. */
const NEEDS: Readonly<Record<string, string>> = {
  runtime_uid: "requires runtime_gid",
  runtime_gid: "requires runtime_uid",
  env_file: "requires the file",
  routing: "requires OPENFACTORY_BASE_DOMAIN",
  depends_on: "requires the app",
};

const directive = (key: string): string =>
  NEEDS[key] === undefined ? "part of: apps.web" : `unchecked: ${NEEDS[key]}`;

/** As the formatter writes it. */
const yamlOf = (data: object): string =>
  printYaml(data)
    .trimEnd()
    .replaceAll(/'([^'"]*)'/g, '"$1"');

/** `yes`, `no` or `partly`, with the reasons as a list. */
function supportOf(key: string, manifest: StrategyManifest): string {
  const support = fieldsOf(key).map((field) => fieldSupport(field, manifest));
  const levels = new Set(support.map(({ level }) => level));
  const reasons = new Set(support.flatMap((each) => each.reasons));
  return [levels.size === 1 ? [...levels][0] : levels.size === 0 ? "yes" : "partly", ...reasons].join("\n  - ");
}

/** @param nested the paths begin with the name of an entry. */
function keyTable(keys: readonly SchemaKey[], nested = false): string {
  const rows = keys.map(({ path, schema, required }) => {
    const example = exampleOf(schema);
    const standard = defaultOf(schema);
    return [
      code(nested ? path.replace(/^\.\*\./, "") : path),
      `${typeText(schema)}${required ? ", required" : ""}`,
      standard === undefined ? "" : code(shown(standard)),
      [plain(descriptionOf(schema)), ruleText(schema) && `Rule: ${ruleText(schema)}.`].filter(Boolean).join(" "),
      example === undefined ? "" : code(shown(example)),
    ];
  });
  const head = ["key", "type", "default", "description", "example"];
  const used = head.map((_, column) => column === 0 || rows.some((row) => row[column] !== ""));
  const kept = (row: readonly string[]): string[] => row.filter((_, column) => used[column]);
  return table(kept(head), rows.map(kept));
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** For a test: the fields that some key sets. */
export const fieldsOfKeys = (): ReadonlySet<string> =>
  new Set(Object.keys(apps(appFileJsonSchema() as Schema).properties ?? {}).flatMap(fieldsOf));
