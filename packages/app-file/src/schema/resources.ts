import { deferred } from "@openfactory/deploy-core";
import { z } from "zod";
import { ID, LABEL, OCTAL_MODE, RESOURCE_NAME } from "./patterns.js";
import { flag, integer, maybe, optional, patternText, required, scalarMap, text } from "./scalars.js";

/** Maximum number of declarations of each kind in a file. */
const MAX_DECLARED = 100;

const KEY = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

const byName = <Schema extends z.ZodType>(kind: string, schema: Schema) =>
  z
    .record(
      text.regex(KEY, `${kind} names consist of letters, digits, _, . and -, and start with a letter or digit`),
      schema,
    )
    .refine((named) => Object.keys(named).length <= MAX_DECLARED, `expected at most ${MAX_DECLARED} ${kind}s`);

const engineName = () =>
  text.regex(KEY, "names consist of letters, digits, _, . and -, and start with a letter or digit");
const external = () =>
  optional(flag, {
    description: "Whether it already exists, and is neither created nor removed. Default: false.",
    default: false,
    examples: [true],
  });
const nameOfExternal = () =>
  optional(engineName(), {
    description: "Name on the engine, allowed with external: true only. Default: the name here.",
    examples: ["plant-password"],
  });
const fromFile = () =>
  optional(text, {
    description: "File with the content. Relative paths start at the directory of this file.",
    examples: ["./password.txt"],
  });
const fromVariable = () =>
  optional(text, {
    description: "Variable with the content, from the environment or an env file.",
    examples: ["PASSWORD"],
  });

/** Networks that every engine has: they can't be created again, by these names or with these drivers. */
const PREDEFINED = { name: ["bridge", "default", "host", "none"], driver: ["host", "null"] } as const;

/** Requires exactly one source of the content, and allows `name` with `external` only. */
const exactlyOne =
  (places: readonly string[]) =>
  (given: object, context: z.RefinementCtx): void => {
    const { external: exists, name, ...rest } = given as Record<string, unknown>;
    const sources = [...places.filter((place) => rest[place] != null), ...(exists === true ? ["external"] : [])];
    const all = [...places, "external: true"].join(", ").replace(/, ([^,]*)$/, " or $1");
    const wrong = (message: string, path: string[] = []) => context.addIssue({ code: "custom", path, message });
    if (sources.length === 0) wrong(`expected ${all}`);
    if (sources.length > 1) wrong(`expected one of ${all}, found ${sources.join(" and ")}`);
    if (name != null && exists !== true) {
      wrong("allowed with external: true only, since other names contain a hash of the content", ["name"]);
    }
  };

const secret = () =>
  z
    .strictObject({ file: fromFile(), environment: fromVariable(), external: external(), name: nameOfExternal() })
    .superRefine(exactlyOne(["file", "environment"]));

const config = () =>
  z
    .strictObject({
      file: fromFile(),
      environment: fromVariable(),
      content: optional(text, {
        description: "The content itself, in which variables are replaced.",
        examples: ["interval: ${INTERVAL:-10s}\n"],
      }),
      external: external(),
      name: nameOfExternal(),
    })
    .superRefine(exactlyOne(["file", "environment", "content"]));

const network = () =>
  z
    .strictObject({
      name: optional(engineName(), {
        description: "Name on the engine. Default: the project name, _, and the name here.",
        examples: ["plant_line-3"],
      }),
      external: external(),
      driver: optional(text, {
        description: "Network driver. Default: bridge on one engine, overlay on a swarm.",
        examples: ["overlay"],
      }),
      driver_opts: optional(scalarMap, {
        description: "Options of the driver, by name. Default: none.",
        examples: [{ encrypted: "true" }],
      }),
      attachable: optional(flag, {
        description: "Whether containers that belong to no app can join. Default: true.",
        default: true,
        examples: [false],
      }),
      internal: optional(flag, {
        description: "Whether external access is blocked. Default: false.",
        default: false,
        examples: [true],
      }),
      labels: optional(z.union([z.array(patternText(LABEL)), scalarMap]), {
        description: "Labels of the network, as a list of KEY=VALUE or a mapping. Default: none.",
        examples: [{ "com.example.line": "3" }, ["com.example.line=3"]],
      }),
    })
    .superRefine((entry, context) => {
      if (entry.external === true) return;
      for (const key of ["name", "driver"] as const) {
        const value = entry[key];
        if (value == null || !(PREDEFINED[key] as readonly string[]).includes(value)) continue;
        context.addIssue({
          code: "custom",
          path: [key],
          message: `engines have one network with the ${key} ${value} and can't create another`,
          params: {
            hint: `To join the existing network, write {external: true, name: ${value === "null" ? "none" : value}}.`,
          },
        });
      }
    })
    .superRefine(({ external: exists, name: _, ...rest }, context) => {
      const [key] = Object.entries(rest).find(([, value]) => value != null) ?? [];
      if (exists !== true || key === undefined) return;
      context.addIssue({
        code: "custom",
        path: [key],
        message: "not allowed with external: true, since no network is created",
      });
    });

const OCTAL = "expected a file mode in octal digits, such as 0440";

/** Octal digits as in chmod, with or without quotes, `0` or `0o`. */
const mode = () =>
  z.union([integer.meta({ minimum: 0, maximum: 7777 }), patternText(OCTAL_MODE)], OCTAL).transform((value, context) => {
    const written = String(value);
    if (new RegExp(OCTAL_MODE).test(written)) return Number.parseInt(written.replace("0o", ""), 8);
    context.addIssue({ code: "custom", message: OCTAL });
    return z.NEVER;
  });

const owner = () =>
  z
    .union([patternText(ID), integer.meta({ minimum: 0 })], "expected a user or group id")
    .transform(String)
    .refine((id) => /^(?:0|[1-9][0-9]*)$/.test(id), "expected a user or group id");

/** Secrets and configs: names, or Compose's long form. */
export const fileReferences = deferred(() =>
  z.array(
    z.union([
      patternText(RESOURCE_NAME),
      z
        .strictObject({
          source: required(patternText(RESOURCE_NAME), {
            description: "Name in this file, or on the engine.",
            examples: ["db-password"],
          }),
          target: optional(text, {
            description: "Path of the file in the container. Default: the source, for secrets in /run/secrets.",
            examples: ["/etc/app/password"],
          }),
          uid: optional(owner(), {
            description: "User id of the file's owner. Default: 0.",
            default: "0",
            examples: ["1000"],
          }),
          gid: optional(owner(), {
            description: "Group id of the file. Default: 0.",
            default: "0",
            examples: ["1000"],
          }),
          mode: optional(mode(), {
            description: "Permissions of the file, in octal digits. Default: 0444.",
            default: "0444",
            examples: ["0440"],
          }),
        })
        .transform(({ source, target, uid, gid, mode: permissions }) => ({
          name: source,
          ...(target == null ? {} : { target }),
          ...(uid == null ? {} : { uid }),
          ...(gid == null ? {} : { gid }),
          ...(permissions == null ? {} : { mode: permissions }),
        })),
    ]),
  ),
);

/** The resources that an app file declares, for `deferredShape`. */
export const resources = {
  networks: () =>
    optional(byName("network", maybe(network())), {
      description:
        "Networks by name, which are created for the apps and removed with them. Other networks of apps must already exist.",
      examples: [{ line: {} }, { plant: { external: true } }],
    }),
  secrets: () =>
    optional(byName("secret", secret()), {
      description: "Secrets by name, which are created for the apps and removed with them.",
      examples: [{ "db-password": { file: "./password.txt" } }],
    }),
  configs: () =>
    optional(byName("config", config()), {
      description: "Configs by name, which are created for the apps and removed with them.",
      examples: [{ settings: { file: "./settings.yml" } }],
    }),
};

export type NetworkEntry = z.output<ReturnType<typeof network>>;
/** A secret or a config: `content` is a config's only. */
export type ContentEntry = z.output<ReturnType<typeof secret>> & Pick<z.output<ReturnType<typeof config>>, "content">;
