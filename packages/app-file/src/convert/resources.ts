import { dirname, isAbsolute, resolve } from "node:path";
import type { AppResource } from "../model.js";
import { part } from "./common.js";
import { type Conversion, relativePath } from "./printer.js";
import { escapeVariables, translateVariables } from "./variables.js";

type Entry = Record<string, unknown>;

/** The networks, secrets and configs that the apps use, and which the project creates. */
export function declaredResources(conversion: Conversion): { networks: Entry; secrets: Entry; configs: Entry } {
  const of = (kind: string) => conversion.project.resources.filter(({ spec }) => spec.kind === kind);
  return {
    networks: Object.fromEntries(of("network").map((resource) => [resource.key, networkEntry(resource, conversion)])),
    secrets: Object.fromEntries(
      of("secret").map((resource) => [resource.key, contentEntry("secrets", resource, conversion)]),
    ),
    configs: Object.fromEntries(
      of("config").map((resource) => [resource.key, contentEntry("configs", resource, conversion)]),
    ),
  };
}

function networkEntry({ key, spec }: AppResource, { project, to }: Conversion): Entry {
  if (spec.kind !== "network") return {};
  const { name, driver, attachable, internal, driverOptions, labels } = spec;
  const escaped = (map: Readonly<Record<string, string>> | undefined) =>
    map && Object.fromEntries(Object.entries(map).map(([option, value]) => [option, escapeVariables(value, to)]));
  return (
    part({
      name: name === `${project.project}_${key}` ? undefined : name,
      driver,
      attachable,
      internal,
      driver_opts: escaped(driverOptions),
      labels: escaped(labels),
    }) ?? {}
  );
}

/** The source of a content, as the file has it: contents of files are not copied. */
function contentEntry(
  kind: "secrets" | "configs",
  { key }: AppResource,
  { located, directory, from, to }: Conversion,
): Entry {
  for (const { tree } of located) {
    const entry = tree.find([kind, key]);
    if (entry === undefined) continue;
    const { file, environment, content } = entry.value as Record<string, string | null | undefined>;
    const written = (part: string): string => {
      const { text = "", written: before = text } = tree.find([kind, key, part]) ?? {};
      return before === text ? escapeVariables(text, to) : translateVariables(before, from);
    };
    if (file != null) {
      const base = tree.find([kind, key, "file"])?.source?.file ?? tree.source.file;
      const path = isAbsolute(file) ? file : resolve(dirname(base), file);
      return { file: escapeVariables(relativePath(path, directory), to) };
    }
    if (environment != null) return { environment: written("environment") };
    if (content != null) return { content: written("content") };
  }
  return {};
}
