import {
  type NormalizedRequest,
  REQUEST_FIELDS,
  type RequestField,
  type StrategyManifest,
} from "@openfactory/deploy-core";
import { environmentProblem } from "./unit/environment.js";
import { isUnwritable } from "./unit/quote.js";

export const NAME = "quadlet";

const UNSUPPORTED: Partial<Record<RequestField, string>> = {
  constraints: "All services run on one machine.",
  configs: "Podman has no configs. Use a secret, or a bind mount.",
  logging: "The logs are in the journal, where `ofdeploy logs` reads them.",
  updateConfig: "A unit is stopped before its new version starts, and a version that fails is always rolled back.",
  rollbackConfig: "A unit is stopped before its previous version starts.",
};

/** Podman reads a single word as a shell line, and these words as kinds of health checks. */
const isUnclearCheck = (test: unknown): boolean =>
  Array.isArray(test) && test[0] === "CMD" && (test.length === 2 || /^(?:CMD|CMD-SHELL|NONE)$/i.test(String(test[1])));

const joinsNetworks = ({ networks = [] }: NormalizedRequest): boolean => networks.length > 0;
const hasPorts = ({ networks = [] }: NormalizedRequest): boolean =>
  !networks.includes("host") && !networks.includes("none");

/** Which requests a Quadlet unit can express. */
export const quadletManifest: StrategyManifest = {
  name: NAME,
  listsSettings: true,
  capabilities: [
    "inspect",
    "list",
    "wait",
    "logs",
    "update",
    "rollback",
    "restart",
    "stop",
    "exec",
    "settings",
    "resources",
    "lock",
    "diagnose",
  ],
  supportedFields: REQUEST_FIELDS.filter((field) => UNSUPPORTED[field] === undefined),
  limitations: [
    ...Object.entries(UNSUPPORTED).map(([field, reason]) => ({ field, reason })),
    {
      field: "mode",
      reason: "A unit runs one container, until it is stopped.",
      unless: [{ Replicated: { Replicas: 1 } }],
    },
    {
      field: "env[]",
      reason: "An environment file can't hold a name or a value of this form.",
      appliesTo: (entry) => typeof entry === "string" && environmentProblem(entry) !== undefined,
      refuse: true,
      hint: "Use a name of letters, digits and _, or pass the value in a secret.",
    },
    {
      field: "image",
      reason: "Quadlet takes an image whose name ends with .image or .build for a unit.",
      appliesTo: (image) => typeof image === "string" && /\.(?:image|build)$/.test(image),
      refuse: true,
      hint: "Give the image another tag.",
    },
    ...(["command[]", "args[]"] as const).map((field) => ({
      field,
      reason: "Quadlet can't write the control character U+0080.",
      appliesTo: isUnwritable,
      refuse: true,
      hint: "Pass the text in a variable or a secret.",
    })),
    {
      field: "secrets[].target",
      reason: "Podman ends the path of a secret at a comma.",
      appliesTo: (target) => typeof target === "string" && target.includes(","),
      refuse: true,
      hint: "Use a path without a comma.",
    },
    {
      field: "labels",
      reason: "Podman ends the name of a label at its first equals sign, so the label gets another name.",
      appliesTo: (labels) => Object.keys(labels as object).some((name) => name.includes("=")),
    },
    {
      field: "templates",
      reason: "Podman does not expand templates: a process receives the text unchanged.",
      unless: ["literal"],
    },
    {
      field: "healthcheck.Test",
      reason: "Podman runs a single word in a shell.",
      appliesTo: isUnclearCheck,
      refuse: true,
      hint: "Use CMD-SHELL.",
    },
    { field: "healthcheck.StartInterval", reason: "Podman checks at the same interval from the start.", unless: [0] },
    { field: "restart.Window", reason: "systemd counts attempts without a time window.", unless: [0] },
    {
      field: "stopGracePeriod",
      reason: "Podman waits for whole seconds, so the time is rounded up.",
      appliesTo: (time) => Number(time) % 1_000_000_000 !== 0,
    },
    { field: "resources.Reservations.NanoCPUs", reason: "A single machine does not reserve CPUs." },
    {
      field: "ports",
      reason: "The networks host and none publish no ports.",
      when: (request) => !hasPorts(request),
    },
    {
      field: "networkAliases",
      reason: "Podman's default network has no name resolution. Join a network.",
      when: (request) => !joinsNetworks(request) || !hasPorts(request),
    },
    {
      field: "mounts[].VolumeOptions.NoCopy",
      reason: "Podman copies the files of the image to a new volume.",
      unless: [false],
    },
    {
      field: "mounts[].VolumeOptions.Subpath",
      reason: "The whole volume is mounted.",
      refuse: true,
      hint: "Use a separate volume for the directory.",
    },
    {
      field: "mounts[].BindOptions.NonRecursive",
      reason: "Podman binds all mounts below the directory.",
      unless: [false],
    },
    {
      field: "mounts[].BindOptions.CreateMountpoint",
      reason: "Podman does not create a missing directory.",
      unless: [false],
    },
    { field: "mounts[].Consistency", reason: "Linux has one kind of consistency.", unless: ["default", "consistent"] },
  ],
};
