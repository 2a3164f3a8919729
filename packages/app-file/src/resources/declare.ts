import type { AppEntry, Outline } from "../schema/app.js";
import type { AppResource } from "../model.js";
import { contentName } from "./content-name.js";
import { contentOf } from "./content.js";
import { declareNetwork } from "./declare-network.js";
import type { Declarations, DeclarationContext, Declared } from "./declared.js";
import type { ContentEntry } from "../schema/resources.js";

/** How long names of secrets and configs may be on an engine (swarmkit). */
const LONGEST_NAME = 64;

/** What the file declares. Content that can't be had, and names that don't fit, are findings. */
export function declareResources(outline: Outline | undefined, context: DeclarationContext): Declarations {
  const each = <Entry>(
    entries: Record<string, Entry> | null | undefined,
    declare: (key: string, entry: Entry) => Declared,
  ) => new Map(Object.entries(entries ?? {}).map(([key, entry]) => [key, declare(key, entry)]));
  return {
    networks: each(outline?.networks, (key, entry) => declareNetwork(key, entry ?? {}, context)),
    secrets: each(outline?.secrets, (key, entry) => declareContent("secret", key, entry, context)),
    configs: each(outline?.configs, (key, entry) => declareContent("config", key, entry, context)),
  };
}

function declareContent(
  kind: "secret" | "config",
  key: string,
  entry: ContentEntry,
  context: DeclarationContext,
): Declared {
  if (entry.external) return { name: entry.name ?? key };
  const { project, tree, file, tell } = context;
  const path = [`${kind}s`, key];
  const content = contentOf(kind, entry, path, context);
  if (content === undefined) return { name: key, isUnknown: true };
  const name = contentName(kind, project, key, content);
  if (name.length > LONGEST_NAME) {
    const room = LONGEST_NAME - (name.length - key.length);
    tell(
      path,
      `its name on the engine, ${project}_${key}_ and a hash, has more than ${LONGEST_NAME} characters`,
      `Use at most ${Math.max(room, 0)}, or a shorter name of the project.`,
    );
  }
  return { name, resource: { key, spec: { kind, name, content }, location: tree.locateKey(path), file } };
}

/** What apps use of it, and has to be made. In the order: networks, secrets, configs, each as in the file. */
export function usedResources(declarations: Declarations, entries: readonly Partial<AppEntry>[]): AppResource[] {
  return (["networks", "secrets", "configs"] as const).flatMap((kind) => {
    const used = new Set(entries.flatMap((entry) => (entry[kind] ?? []).map(nameOf)));
    return [...declarations[kind]].flatMap(([key, { resource }]) =>
      resource !== undefined && used.has(key) ? [resource] : [],
    );
  });
}

const nameOf = (reference: string | { name: string }): string =>
  typeof reference === "string" ? reference : reference.name;
