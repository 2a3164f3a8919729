import { compareVersions } from "@openfactory/deploy-core";
import type { EngineJson } from "@openfactory/test-engine";

/** Any JSON object of the Engine API. */
export type Json = Record<string, EngineJson>;

/** What Engine 29 returns in another way than Engine 28.5. Source: moby's api/docs/CHANGELOG.md, and its routers of release 29.7. */
interface AnswerChange {
  /** The API version of the call from which it applies. Undefined: for calls of every version. */
  readonly since?: string;
  /** Methods and paths, without API version, names and ids. */
  readonly calls: readonly string[];
  readonly what: string;
  /** Changes the answer. Of a list, each element; of a stream, each message. */
  readonly change: (answer: Json) => void;
}

const omit = (from: Json | undefined, ...keys: readonly string[]): void => {
  for (const key of keys) delete from?.[key];
};

const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value as object).length === 0);

const omitEmpty = (from: Json | undefined, ...keys: readonly string[]): void =>
  omit(from, ...keys.filter((key) => isEmpty(from?.[key])));

const LEGACY_NETWORK = [
  "Bridge",
  "HairpinMode",
  "LinkLocalIPv6Address",
  "LinkLocalIPv6PrefixLen",
  "SecondaryIPAddresses",
  "SecondaryIPv6Addresses",
  "EndpointID",
  "Gateway",
  "GlobalIPv6Address",
  "GlobalIPv6PrefixLen",
  "IPAddress",
  "IPPrefixLen",
  "IPv6Gateway",
  "MacAddress",
];

const CONTAINER = "GET /containers/{id}/json";
const IMAGE = "GET /images/{name}/json";
const INFO = "GET /info";

export const ANSWER_CHANGES: readonly AnswerChange[] = [
  {
    since: "1.52",
    calls: [CONTAINER],
    what: "NetworkSettings has no legacy fields of the default network",
    change: ({ NetworkSettings }) => omit(NetworkSettings, ...LEGACY_NETWORK),
  },
  {
    since: "1.52",
    calls: [CONTAINER],
    what: "Config.OnBuild is missing if it is empty, Config.MacAddress and the settings of kernel memory always",
    change({ Config, HostConfig }) {
      omitEmpty(Config, "OnBuild");
      omit(Config, "MacAddress");
      omit(HostConfig, "KernelMemory", "KernelMemoryTCP");
    },
  },
  {
    since: "1.52",
    calls: [CONTAINER],
    what: "Storage replaces GraphDriver with the containerd image store",
    change(container) {
      const { Name, Data } = container["GraphDriver"] ?? {};
      if (Name === undefined || Data) return;
      omit(container, "GraphDriver");
      container["Storage"] = { RootFS: { Snapshot: { Name } } };
    },
  },
  {
    since: "1.52",
    calls: [IMAGE],
    what: "empty fields are missing, and GraphDriver with the containerd image store",
    change(image) {
      omitEmpty(image, "Parent", "Comment", "DockerVersion", "Author");
      omitEmpty(image["Config"], "Cmd", "Entrypoint", "Env", "Labels", "OnBuild", "User", "Volumes", "WorkingDir");
      if (!image["GraphDriver"]?.Data) omit(image, "GraphDriver");
    },
  },
  {
    since: "1.52",
    calls: ["GET /events"],
    what: "the legacy fields status, id and from are missing",
    change: (event) => omit(event, "status", "id", "from"),
  },
  {
    since: "1.52",
    calls: ["GET /containers/json"],
    what: "a listing includes the state of the health check",
    change(container) {
      const [, health = ""] = /\((healthy|unhealthy|health: starting)\)/.exec(container["Status"]) ?? [];
      container["Health"] = { Status: health.replace("health: ", "") || "none", FailingStreak: 0 };
    },
  },
  {
    since: "1.52",
    calls: ["GET /networks/{id}"],
    what: "a network includes its used addresses",
    change: (network) => (network["Status"] = { IPAM: { Subnets: {} } }),
  },
  {
    since: "1.53",
    calls: [INFO],
    what: "NRI is included",
    change: (info) => (info["NRI"] = { Info: [["version", "0.11.0"]] }),
  },
  {
    since: "1.53",
    calls: [IMAGE],
    what: "Identity is included",
    change: (image) => (image["Identity"] = { Pull: [{ Repository: image["RepoTags"]?.[0] ?? "" }] }),
  },
  { calls: [INFO], what: "KernelMemoryTCP is missing", change: (info) => omit(info, "KernelMemoryTCP") },
  {
    calls: ["GET /containers/json"],
    what: "a port that is not published has an empty IP address instead of none",
    change({ Ports }) {
      for (const port of (Ports ?? []) as Json[]) port["IP"] ??= "";
    },
  },
  {
    calls: ["GET /services", "GET /services/{id}"],
    what: "the legacy networks of a service are missing",
    change({ Spec, PreviousSpec }) {
      omit(Spec, "Networks");
      omit(PreviousSpec, "Networks");
    },
  },
];

/** The changes of an answer to a call of this API version. */
export const changesOf = (call: string, apiVersion: string): readonly AnswerChange[] =>
  ANSWER_CHANGES.filter(
    ({ since, calls }) => calls.includes(call) && (since === undefined || compareVersions(apiVersion, since) >= 0),
  );

/** Applies the changes to an answer, or to each element of a list. */
export function changeAnswer(answer: unknown, changes: readonly AnswerChange[]): void {
  for (const part of [answer].flat()) for (const { change } of changes) change(part as Json);
}

/** What Engine 29 says to the body of a call: a refusal with status 400, or warnings that its answer includes. */
export function checkBody(call: string, apiVersion: string, body: Json): { refusal?: string; warnings: string[] } {
  if (call !== "POST /containers/create" || compareVersions(apiVersion, "1.52") < 0) return { warnings: [] };
  if (body["MacAddress"])
    return {
      refusal: "container-wide MAC address no longer supported; use endpoint-specific MAC address instead",
      warnings: [],
    };
  const empty = Object.entries<unknown[] | null>(body["HostConfig"]?.PortBindings ?? {})
    .filter(([, bindings]) => !bindings?.length)
    .map(([port]) => port);
  if (empty.length === 0) return { warnings: [] };
  const text = `Following container port(s) have an empty list of port-bindings: ${empty.join(", ")}. Such bindings will be discarded in a future version.`;
  return { warnings: [text] };
}
