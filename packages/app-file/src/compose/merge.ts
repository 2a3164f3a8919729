import type { FilePath, Located } from "../yaml/source-tree.js";

/** Lists that a later file replaces (compose-spec, 13-merge.md). */
const REPLACED: ReadonlySet<string> = new Set(["command", "entrypoint", "healthcheck.test"]);

/** Keys of a service that are a list of names or a mapping of them: `depends_on: [db]`. */
const NAMES: ReadonlySet<string> = new Set(["depends_on", "networks"]);

/** Keys of a service that are a list of `KEY=VALUE` or a mapping. */
const PAIRS: ReadonlySet<string> = new Set(["environment", "labels", "annotations", "sysctls", "deploy.labels"]);

/** Keys of a service that are one text or a list of them. */
const TEXTS: ReadonlySet<string> = new Set(["env_file", "tmpfs", "dns", "dns_search"]);

/** What identifies an entry of a list in which entries are unique. */
const UNIQUE: Readonly<Record<string, (entry: Located) => string>> = {
  ports: portKey,
  volumes: targetOfVolume,
  devices: (entry) => String(fieldOf(entry, "target") ?? String(entry.value).split(":")[1] ?? entry.value),
  secrets: (entry) => String(fieldOf(entry, "target") ?? fieldOf(entry, "source") ?? entry.value),
  configs: (entry) => String(fieldOf(entry, "target") ?? fieldOf(entry, "source") ?? entry.value),
  cap_add: (entry) => String(entry.value),
  cap_drop: (entry) => String(entry.value),
  expose: (entry) => String(entry.value),
};

/**
 * Merges a value of a later file into that of an earlier one, as Compose does: mappings by key, lists by appending, and the
 * exceptions of its specification. `!reset` removes a value, `!override` replaces it.
 * @param path path of the value; `["services", <name>]` for a service.
 */
export function merge(base: Located | undefined, over: Located, path: FilePath): Located | undefined {
  if (over.tag === "!reset") return undefined;
  if (base === undefined || over.tag === "!override") return withoutResets(over);
  const key = path[0] === "services" ? path.slice(2).join(".") : "";
  if (NAMES.has(key)) return mergeMaps(asMap(base, nothing), asMap(over, nothing), path);
  if (PAIRS.has(key)) return mergeMaps(asMap(base, pair), asMap(over, pair), path);
  if (TEXTS.has(key)) return appended(asList(base), asList(over));
  if (isMap(base) && isMap(over)) {
    const replaces =
      key === "logging" &&
      String(fieldOf(over, "driver") ?? fieldOf(base, "driver")) !== String(fieldOf(base, "driver"));
    return replaces ? withoutResets(over) : mergeMaps(base, over, path);
  }
  if (!isList(base) || !isList(over) || REPLACED.has(key)) {
    // `name:` without a value does not remove the mapping of an earlier file.
    return over.value === null && isMap(base) ? base : withoutResets(over);
  }
  return appended(base, over, UNIQUE[key]);
}

const isMap = (located: Located): boolean => located.children !== undefined && !Array.isArray(located.value);
const isList = (located: Located): boolean => Array.isArray(located.value);

/** A mapping with these children, at the position of `at`. */
export function mapOf(at: Located, children: ReadonlyMap<PropertyKey, Located>): Located {
  const value = Object.fromEntries([...children].map(([key, child]) => [key, child.value]));
  const { offset, keyOffset, source } = at;
  return { value, offset, children, ...(keyOffset !== undefined && { keyOffset }), ...(source && { source }) };
}

/** A list with these entries, at the position of `at`. */
export function listOf(at: Located, entries: readonly Located[]): Located {
  const { offset, keyOffset, source } = at;
  return {
    value: entries.map(({ value }) => value),
    offset,
    children: new Map(entries.map((entry, index) => [index, entry])),
    ...(keyOffset !== undefined && { keyOffset }),
    ...(source && { source }),
  };
}

function mergeMaps(base: Located, over: Located, path: FilePath): Located {
  const children = new Map(base.children);
  for (const [key, child] of over.children ?? []) {
    const merged = merge(children.get(key), child, [...path, key]);
    if (merged === undefined) children.delete(key);
    else children.set(key, merged);
  }
  return mapOf(base, children);
}

function appended(base: Located, over: Located, keyOf?: (entry: Located) => string): Located {
  const entries = [...(base.children?.values() ?? [])];
  // Of entries with the same key, a later file replaces the first.
  const indexes = new Map(keyOf && entries.map((entry, index) => [keyOf(entry), index] as const).toReversed());
  for (const entry of over.children?.values() ?? []) {
    const key = keyOf?.(entry);
    const same = key === undefined ? undefined : indexes.get(key);
    if (same !== undefined) entries[same] = entry;
    else if (key !== undefined) indexes.set(key, entries.push(entry) - 1);
    else entries.push(entry);
  }
  return listOf(base, entries);
}

/** A value without the parts that are marked with `!reset`. */
export function withoutResets(located: Located): Located {
  const { tag, children } = located;
  if (children === undefined) return tag === undefined ? located : omitTag(located);
  const kept = [...children].filter(([, child]) => child.tag !== "!reset");
  const entries = kept.map(([key, child]) => [key, withoutResets(child)] as const);
  return Array.isArray(located.value)
    ? listOf(
        located,
        entries.map(([, child]) => child),
      )
    : mapOf(located, new Map(entries));
}

const omitTag = ({ tag: _, ...located }: Located): Located => located;

type Entry = (child: Located) => [key: string, value: Located];

/** `db` as `db:`. */
const nothing: Entry = (child) => [String(child.value), { ...child, value: null, text: "", written: "" }];

/** `KEY=VALUE` as `KEY: VALUE`. */
const pair: Entry = (child) => {
  const { text = String(child.value), written } = child;
  const equals = text.indexOf("=");
  if (equals < 0) return [text, { ...child, value: null, text: "", written: "" }];
  const key = text.slice(0, equals);
  const value = text.slice(equals + 1);
  const { written: _, ...rest } = child;
  return [
    key,
    { ...rest, value, text: value, ...(written?.startsWith(`${key}=`) && { written: written.slice(equals + 1) }) },
  ];
};

const asMap = (located: Located, entryOf: Entry): Located =>
  isList(located) ? mapOf(located, new Map([...(located.children?.values() ?? [])].map(entryOf))) : located;

const asList = (located: Located): Located =>
  isList(located) || located.value === null ? located : listOf(located, [located]);

const fieldOf = (entry: Located, key: string): unknown => entry.children?.get(key)?.value;

function portKey(entry: Located): string {
  if (isMap(entry)) {
    const [host, published, target, protocol] = ["host_ip", "published", "target", "protocol"].map((key) =>
      fieldOf(entry, key),
    );
    return `${host ?? ""}:${published ?? ""}:${target}/${protocol ?? "tcp"}`;
  }
  const [ports = "", protocol = "tcp"] = String(entry.value).split("/");
  const parts = ports.split(":");
  const target = parts.pop() ?? "";
  const published = parts.pop() ?? "";
  return `${parts.join(":")}:${published}:${target}/${protocol}`;
}

function targetOfVolume(entry: Located): string {
  if (isMap(entry)) return String(fieldOf(entry, "target"));
  const [first = "", second] = splitVolume(String(entry.value));
  return second ?? first;
}

/** The parts of `[source:]target[:options]`. A drive letter of Windows is not a part. */
export function splitVolume(volume: string): string[] {
  const parts: string[] = [];
  for (const part of volume.split(":")) {
    const last = parts.at(-1);
    if (last !== undefined && /^[a-zA-Z]$/.test(last) && /^[\\/]/.test(part))
      parts[parts.length - 1] = `${last}:${part}`;
    else parts.push(part);
  }
  return parts;
}
