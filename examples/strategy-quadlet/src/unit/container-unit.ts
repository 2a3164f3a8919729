import {
  formatImageReference,
  type Mount,
  type NormalizedRequest,
  parseImageReference,
} from "@openfactory/deploy-core";
import { environmentOf } from "./environment.js";
import { escapeExpansions, isPlain, quoteWord, quoteWords, WORD_VARIABLES } from "./quote.js";
import { formatUnit, readSection } from "./unit-file.js";

/** The section that marks a unit as one of this strategy. systemd and Quadlet ignore sections that start with `X-`. */
const OWN_SECTION = "X-OpenFactory";

/** What a unit of this strategy says about its service. The values of `env` are not part of it. */
export interface ServiceRecord {
  /** Identifies the service: stays the same in all its versions. */
  readonly id: string;
  /** Identifies the version; the names of its environment files start with it. */
  readonly version: string;
  /** Microseconds since 1970 on the node's clock: when the service was deployed. */
  readonly created: number;
  /** The service is not meant to run. */
  readonly stopped: boolean;
  /** The request, with the names of `env` only. */
  readonly request: NormalizedRequest;
}

/** A directive of the section `[Container]`, and the option of `podman run` with the same meaning. */
type Directive = readonly [key: string, value: string];

/** Names that Quadlet takes for other unit files. */
const isUnitName = (value: string): boolean =>
  /\.(?:container|network|volume|image|build|pod|kube|artifact)(?:$|[:,])/.test(value);

/** The directive with a plain value, or else the option of `podman run`, whose words can be quoted. */
const setting = (key: string, option: string, value: string | number): Directive => {
  const text = String(value);
  return isPlain(text) && !isUnitName(text) ? [key, text] : podmanOption(option, text);
};

const podmanOption = (name: string, value?: string | number): Directive => [
  "PodmanArgs",
  value === undefined ? name : quoteWords([name, String(value)]),
];

const SECOND = 1_000_000_000;
const wholeSeconds = (nanoseconds: number): number => Math.ceil(nanoseconds / SECOND);

/** The image with its registry, since Podman resolves short names by the configuration of the node. */
export function fullImage(image: string): string {
  const parsed = parseImageReference(image);
  if ("id" in parsed) return parsed.id;
  const [first = "", ...path] = parsed.name.split("/");
  const hasRegistry = path.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const name = hasRegistry ? parsed.name : `docker.io/${path.length > 0 ? "" : "library/"}${parsed.name}`;
  return formatImageReference({ ...parsed, name });
}

/** A field of a CSV record, as Podman reads options of mounts. */
const csv = (field: string): string => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

function mountOption({ Type, Source, Target, ReadOnly, BindOptions, TmpfsOptions }: Mount): string {
  const parts = [`type=${Type}`, ...(Source === undefined ? [] : [`source=${Source}`]), `target=${Target}`];
  if (ReadOnly) parts.push("readonly=true");
  if (BindOptions?.Propagation !== undefined) parts.push(`bind-propagation=${BindOptions.Propagation}`);
  if (TmpfsOptions?.SizeBytes !== undefined) parts.push(`tmpfs-size=${TmpfsOptions.SizeBytes}`);
  if (TmpfsOptions?.Mode !== undefined) parts.push(`tmpfs-mode=${TmpfsOptions.Mode.toString(8).padStart(4, "0")}`);
  return parts.map(csv).join(",");
}

/** Podman reads a JSON array as words, or, after CMD-SHELL, as a shell line. */
function healthDirectives({ healthcheck }: NormalizedRequest): Directive[] {
  if (healthcheck === undefined) return [];
  const { Test, Interval, Timeout, Retries, StartPeriod } = healthcheck;
  if (Test[0] === "NONE") return [["HealthCmd", "none"]];
  const words = Test[0] === "CMD" ? Test.slice(1) : Test;
  const durations = { HealthInterval: Interval, HealthTimeout: Timeout, HealthStartPeriod: StartPeriod };
  return [
    ["HealthCmd", escapeExpansions(JSON.stringify(words))],
    ...Object.entries(durations).flatMap(([key, value]): Directive[] => (value ? [[key, `${value}ns`]] : [])),
    ...(Retries ? [["HealthRetries", String(Retries)] as const] : []),
  ];
}

function portOption({
  target,
  published,
  protocol,
  hostAddress,
}: NonNullable<NormalizedRequest["ports"]>[number]): string {
  const address = hostAddress?.includes(":") ? `[${hostAddress}]` : hostAddress;
  const host = [...(address === undefined ? [] : [address]), published ?? ""].join(":");
  return host === "" ? `${target}/${protocol}` : `${host}:${target}/${protocol}`;
}

/** Where the processes of the service may run, what they may use, and how they are reached. */
function limitDirectives({
  resources,
  openFiles,
  shmSize,
  sysctls = {},
  devices = [],
}: NormalizedRequest): Directive[] {
  const { Limits, Reservations } = resources ?? {};
  return [
    ...(Limits?.NanoCPUs === undefined ? [] : [podmanOption("--cpus", Limits.NanoCPUs / 1e9)]),
    ...(Limits?.MemoryBytes === undefined ? [] : [podmanOption("--memory", `${Limits.MemoryBytes}b`)]),
    ...(Reservations?.MemoryBytes === undefined
      ? []
      : [podmanOption("--memory-reservation", `${Reservations.MemoryBytes}b`)]),
    ...(Limits?.Pids === undefined ? [] : [["PidsLimit", String(Limits.Pids)] as const]),
    ...(openFiles === undefined ? [] : [["Ulimit", `nofile=${openFiles}:${openFiles}`] as const]),
    ...(shmSize === undefined ? [] : [["ShmSize", `${shmSize}b`] as const]),
    ...Object.entries(sysctls).map(([name, value]) => podmanOption("--sysctl", `${name}=${value}`)),
    ...devices.map(({ source, target, permissions }) => podmanOption("--device", `${source}:${target}:${permissions}`)),
  ];
}

function networkDirectives(request: NormalizedRequest): Directive[] {
  const { networks = [], networkAliases = [], ports = [], extraHosts = [], dns = {}, hostname } = request;
  const isPublished = !networks.some((network) => network === "host" || network === "none");
  return [
    ...networks.map((name) => setting("Network", "--network", name)),
    ...networkAliases.map((name) => setting("NetworkAlias", "--network-alias", name)),
    ...(isPublished ? ports.map((port) => ["PublishPort", portOption(port)] as const) : []),
    ...(hostname === undefined ? [] : [setting("HostName", "--hostname", hostname)]),
    ...extraHosts.map((entry) => setting("AddHost", "--add-host", entry)),
    ...(dns.servers ?? []).map((server) => setting("DNS", "--dns", server)),
    ...(dns.search ?? []).map((domain) => setting("DNSSearch", "--dns-search", domain)),
    ...(dns.options ?? []).map((value) => setting("DNSOption", "--dns-option", value)),
  ];
}

function fileDirectives({ mounts = [], secrets = [], readOnly }: NormalizedRequest): Directive[] {
  return [
    ...(readOnly === undefined ? [] : [["ReadOnly", String(readOnly)] as const]),
    // Podman makes /run and /tmp writable in a read-only container; a request means the whole root.
    ...(readOnly ? [["ReadOnlyTmpfs", "false"] as const] : []),
    ...mounts.map((mount) => setting("Mount", "--mount", mountOption(mount))),
    ...secrets.map(({ name, target, uid, gid, mode }) => {
      const parts = { target, uid, gid, mode: mode?.toString(8).padStart(4, "0") };
      const options = Object.entries(parts).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
      return ["Secret", quoteWord([name, "type=mount", ...options].join(","))] as const;
    }),
  ];
}

function processDirectives(request: NormalizedRequest): Directive[] {
  const { command, args = [], user, groupAdd = [], workingDir, init, tty, openStdin, stopSignal } = request;
  return [
    ...(command === undefined ? [] : [["Entrypoint", escapeExpansions(JSON.stringify(command))] as const]),
    ...(args.length === 0 ? [] : [["Exec", quoteWords(args)] as const]),
    ...(user === undefined ? [] : [setting("User", "--user", user)]),
    ...groupAdd.map((group) => setting("GroupAdd", "--group-add", group)),
    ...(workingDir === undefined ? [] : [setting("WorkingDir", "--workdir", workingDir)]),
    ...(init === undefined ? [] : [["RunInit", String(init)] as const]),
    ...(tty ? [podmanOption("--tty")] : []),
    ...(openStdin ? [podmanOption("--interactive")] : []),
    ...(stopSignal === undefined ? [] : [["StopSignal", stopSignal] as const]),
    ...(request.capAdd ?? []).map((name) => ["AddCapability", name] as const),
    ...(request.capDrop ?? []).map((name) => ["DropCapability", name] as const),
    ...(request.privileged ? [podmanOption("--privileged")] : []),
  ];
}

/** Podman's time between the stop signal and the kill signal, in seconds. */
const DEFAULT_GRACE = 10;

/** systemd starts a service again at these times: fast at first, then every 30 s. */
const BACK_OFF: readonly Directive[] = [
  ["RestartSec", "100ms"],
  ["RestartSteps", "10"],
  ["RestartMaxDelaySec", "30s"],
];

function serviceDirectives({ restart = { Condition: "any" }, stopGracePeriod }: NormalizedRequest): Directive[] {
  const { Condition, Delay } = restart;
  const grace = stopGracePeriod === undefined ? DEFAULT_GRACE : wholeSeconds(stopGracePeriod);
  const kind = { any: "always", "on-failure": "on-failure", none: "no" }[Condition];
  return [
    ["Restart", kind],
    ...(Condition === "none" ? [] : Delay ? [["RestartSec", `${Math.ceil(Delay / 1_000_000)}ms`] as const] : BACK_OFF),
    // Without it, systemd forgets a service that has completed, and its exit code.
    ...(Condition === "any" ? [] : [["RemainAfterExit", "yes"] as const]),
    ["TimeoutStartSec", "300"],
    ["TimeoutStopSec", String(grace + 30)],
    ...Object.entries(WORD_VARIABLES).map(([name, word]) => ["Environment", `${name}=${word}`] as const),
  ];
}

/** The limit of starts. Zero attempts are no limit, as in Docker. */
const startLimit = ({ restart }: NormalizedRequest): Directive[] =>
  restart?.MaxAttempts && restart.Condition !== "none"
    ? [
        ["StartLimitIntervalSec", "infinity"],
        ["StartLimitBurst", String(restart.MaxAttempts + 1)],
      ]
    : [["StartLimitIntervalSec", "0"]];

/** The label by which containers of this strategy are found. Its value is the service's id. */
export const ID_LABEL = "org.openfactory.quadlet.id";

/** Where the environment files of a version are. */
export interface EnvironmentFiles {
  /** For Podman. */
  readonly podman: string;
  /** For systemd; undefined if no variable has several lines. */
  readonly systemd?: string | undefined;
}

/** The Quadlet unit of a service. @param record its request has the variables' values, which the unit does not contain. */
export function containerUnit(record: ServiceRecord, files: EnvironmentFiles): string {
  const { request } = record;
  const { inherited } = environmentOf(request.env);
  const { env, ...rest } = request;
  const published = { ...rest, env: env.map((entry) => `${entry.slice(0, entry.indexOf("="))}=`) };
  const grace = request.stopGracePeriod;
  return formatUnit(
    [
      "Written by OpenFactory Deploy, platform quadlet. Changes are overwritten by the next `ofdeploy up`.",
      `Service ${request.name}.`,
    ],
    [
      [
        OWN_SECTION,
        [
          ["Id", record.id],
          ["Version", record.version],
          ["Created", String(record.created)],
          ...(record.stopped ? [["Stopped", "true"] as const] : []),
          ["Request", JSON.stringify(published)],
        ],
      ],
      ["Unit", [["Description", `OpenFactory service ${request.name}`], ...startLimit(request)]],
      [
        "Container",
        [
          ["ContainerName", request.name],
          ["Image", fullImage(request.image)],
          ["Pull", request.imagePullPolicy === "never" ? "never" : "missing"],
          ["LogDriver", "journald"],
          ["Label", quoteWord(`${ID_LABEL}=${record.id}`)],
          ...Object.entries(request.labels ?? {}).map(
            ([key, value]) => ["Label", quoteWord(`${key}=${value}`)] as const,
          ),
          ["EnvironmentFile", files.podman],
          ...inherited.map((name) => podmanOption("--env", name)),
          ...processDirectives(request),
          ...networkDirectives(request),
          ...fileDirectives(request),
          ...limitDirectives(request),
          ...healthDirectives(request),
          ...(grace === undefined ? [] : [["StopTimeout", String(wholeSeconds(grace))] as const]),
        ],
      ],
      [
        "Service",
        [
          ...serviceDirectives(request),
          ...(files.systemd === undefined ? [] : [["EnvironmentFile", files.systemd] as const]),
        ],
      ],
      // A service that is stopped, or that runs only once, does not start with the machine.
      ["Install", record.stopped || request.restart?.Condition === "none" ? [] : [["WantedBy", "multi-user.target"]]],
    ],
  );
}

/** The record of a unit file. Undefined for a unit that another tool wrote. @param env the values of the variables. */
export function readRecord(text: string, env: readonly string[] | undefined): ServiceRecord | undefined {
  const own = readSection(text, OWN_SECTION);
  const [id, version, created, json] = ["Id", "Version", "Created", "Request"].map((key) => own?.get(key));
  if (id === undefined || version === undefined || json === undefined) return undefined;
  try {
    const request = JSON.parse(json) as NormalizedRequest;
    const known = { ...request, env: [...(env ?? request.env)] };
    return { id, version, created: Number(created), stopped: own?.get("Stopped") === "true", request: known };
  } catch {
    return undefined;
  }
}
