import { z } from "zod";
import { flag, integer, maybe, text } from "./scalars.js";

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

const engineName = text.regex(KEY, "names consist of letters, digits, _, . and -, and start with a letter or digit");
const external = maybe(flag).describe("Whether it already exists, and is neither created nor removed. Default: false.");
const nameOfExternal = maybe(engineName).describe("Name on the engine, if external is true. Default: the name here.");
const fromFile = maybe(text).describe("File with the content. Relative paths start at the directory of this file.");
const fromVariable = maybe(text).describe("Variable with the content, from the environment or an env file.");

/** Networks that every engine has: they can't be created again, by these names or with these drivers. */
const PREDEFINED = { name: ["bridge", "default", "host", "none"], driver: ["host", "null"] } as const;

const scalarMap = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

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

const secret = z
  .strictObject({ file: fromFile, environment: fromVariable, external, name: nameOfExternal })
  .superRefine(exactlyOne(["file", "environment"]));

const config = z
  .strictObject({
    file: fromFile,
    environment: fromVariable,
    content: maybe(text).describe("The content, in which variables are replaced."),
    external,
    name: nameOfExternal,
  })
  .superRefine(exactlyOne(["file", "environment", "content"]));

const network = z
  .strictObject({
    name: maybe(engineName).describe("Name on the engine. Default: the project name, _, and the name here."),
    external,
    driver: maybe(text).describe("Default: bridge on one engine, overlay on a swarm."),
    driver_opts: maybe(scalarMap).describe("Options of the driver."),
    attachable: maybe(flag).describe("Whether containers that belong to no app can join. Default: true."),
    internal: maybe(flag).describe("Whether external access is blocked. Default: false."),
    labels: maybe(z.union([z.array(text), scalarMap])).describe("Labels, as a list of KEY=VALUE or a mapping."),
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
const MODE = "^(?:0o)?0*[0-7]{1,4}$";

/** Octal digits as in chmod, with or without quotes, `0` or `0o`. */
const mode = z
  .union([integer.meta({ minimum: 0, maximum: 7777 }), z.string().meta({ pattern: MODE })], OCTAL)
  .transform((value, context) => {
    const written = String(value);
    if (new RegExp(MODE).test(written)) return Number.parseInt(written.replace("0o", ""), 8);
    context.addIssue({ code: "custom", message: OCTAL });
    return z.NEVER;
  });

const owner = z
  .union([text, integer.meta({ minimum: 0 })], "expected a user or group id")
  .transform(String)
  .refine((id) => /^(?:0|[1-9][0-9]*)$/.test(id), "expected a user or group id");

/** Secrets and configs: names, or Compose's long form. */
export const fileReferences = z.array(
  z.union([
    text,
    z
      .strictObject({
        source: text.describe("Name in this file, or on the engine."),
        target: maybe(text).describe("File in the container."),
        uid: maybe(owner),
        gid: maybe(owner),
        mode: maybe(mode).describe("Permissions of the file, in octal digits: 0440."),
      })
      .transform(({ source, target, uid, gid, mode: permissions }) => ({
        name: source,
        ...(target == null ? {} : { target }),
        ...(uid == null ? {} : { uid }),
        ...(gid == null ? {} : { gid }),
        ...(permissions == null ? {} : { mode: permissions }),
      })),
  ]),
);

/** The resources that an app file declares. */
export const resources = {
  networks: maybe(byName("network", maybe(network))).describe(
    "Networks that are created for the apps and removed with them. Other networks of apps must already exist.",
  ),
  secrets: maybe(byName("secret", secret)).describe("Secrets that are created for the apps and removed with them."),
  configs: maybe(byName("config", config)).describe("Configs that are created for the apps and removed with them."),
};

export type NetworkEntry = z.output<typeof network>;
/** A secret or a config: `content` is a config's only. */
export type ContentEntry = z.output<typeof secret> & Pick<z.output<typeof config>, "content">;
