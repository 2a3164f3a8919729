import { normalize } from "node:path/posix";
import { containsTemplate, parseImageReference, type ServiceSettings } from "@openfactory/deploy-core";
import type { Policy } from "../model/policy.js";
import type { DesiredResource } from "../model/project.js";

/** What a policy forbids about a request. */
export interface Violation {
  /** The name of the rule, as in a policy file. */
  readonly rule: string;
  /** Path in the request. */
  readonly field: string;
  /** A clause: what is forbidden. */
  readonly message: string;
  readonly hint: string;
}

interface Rule {
  readonly name: string;
  isSet(policy: Policy): boolean;
  check(settings: ServiceSettings, policy: Policy): Omit<Violation, "rule">[];
}

/** Every rule that needs the settings only. */
const RULES: readonly Rule[] = [
  {
    name: "privileged",
    isSet: ({ privileged }) => privileged === false,
    check: ({ privileged }) =>
      privileged
        ? [
            violation(
              "privileged",
              "privileged apps are forbidden",
              "Remove privileged, and add the capabilities and devices that the app needs.",
            ),
          ]
        : [],
  },
  {
    name: "host_network",
    isSet: ({ hostNetwork }) => hostNetwork === false,
    check: ({ networks = [] }) =>
      networks.flatMap((network, index) =>
        network === "host"
          ? [
              violation(
                `networks[${index}]`,
                "the network of the host is forbidden",
                "Remove the network host, and publish ports.",
              ),
            ]
          : [],
      ),
  },
  {
    name: "capabilities",
    isSet: ({ capabilities }) => capabilities !== undefined,
    check: ({ capAdd = [] }, { capabilities = [] }) => {
      const allowed = new Set(capabilities.map(capabilityName));
      return capAdd.flatMap((capability, index) =>
        allowed.has(capabilityName(capability))
          ? []
          : [
              violation(
                `capAdd[${index}]`,
                `the capability ${capability} is not allowed`,
                allowedHint("capabilities", capabilities),
              ),
            ],
      );
    },
  },
  {
    name: "engine_socket",
    isSet: ({ engineSocket }) => engineSocket === false,
    check: (request) =>
      hostPaths(request).flatMap(({ path, field }) =>
        exposesSocket(path)
          ? [
              violation(
                field,
                `${path} gives access to the socket of an engine`,
                "Remove the mount. Who can use the socket controls the host.",
              ),
            ]
          : [],
      ),
  },
  {
    name: "binds",
    isSet: ({ binds }) => binds !== undefined,
    check: (request, { binds = [] }) =>
      hostPaths(request).flatMap(({ path, field }) =>
        !containsTemplate(path) && binds.some((allowed) => isBelow(path, allowed))
          ? []
          : [violation(field, `the host directory ${path} is not allowed`, allowedHint("directories", binds))],
      ),
  },
  {
    name: "devices",
    isSet: ({ devices }) => devices !== undefined,
    check: ({ devices = [] }, { devices: allowed = [] }) =>
      devices.flatMap(({ source }, index) =>
        !containsTemplate(source) && allowed.some((path) => isBelow(normalize(source), path))
          ? []
          : [violation(`devices[${index}]`, `the device ${source} is not allowed`, allowedHint("devices", allowed))],
      ),
  },
  {
    name: "images.digest",
    isSet: ({ images }) => images?.digest === true,
    check: ({ image }) => {
      const reference = parseImageReference(image);
      return "id" in reference || reference.digest !== undefined
        ? []
        : [
            violation(
              "image",
              `the image ${image} has no digest`,
              "Append the digest: `docker buildx imagetools inspect <image>` prints it.",
            ),
          ];
    },
  },
  {
    name: "images.registries",
    isSet: ({ images }) => images?.registries !== undefined,
    check: ({ image }, { images }) => {
      const allowed = images?.registries ?? [];
      const reference = parseImageReference(image);
      if ("id" in reference) {
        return [violation("image", "an image by its id comes from no registry", allowedHint("registries", allowed))];
      }
      const name = `${reference.registry}/${reference.repository}`;
      return allowed.some((prefix) => isBelow(name, prefix))
        ? []
        : [violation("image", `images of ${name} are not allowed`, allowedHint("registries", allowed))];
    },
  },
];

/** What a policy forbids about the settings of a request or of a service, except signatures. */
export const violations = (settings: ServiceSettings, policy: Policy): Violation[] =>
  RULES.filter(({ isSet }) => isSet(policy)).flatMap(({ name, check }) =>
    check(settings, policy).map((found) => ({ ...found, rule: name })),
  );

/** Whether a policy forbids anything. */
export const hasRules = (policy: Policy): boolean =>
  policy.images?.signedBy !== undefined || RULES.some(({ isSet }) => isSet(policy));

/** The violations of volumes that the project creates: a local volume can be a directory of the host under another name. */
export const volumeViolations = ({ spec }: DesiredResource, policy: Policy): Violation[] => {
  if (spec.kind !== "volume") return [];
  const path = deviceOf(spec.driver, spec.driverOptions);
  if (path === undefined) return [];
  const mounted = { mounts: [{ Type: "bind", Source: path, Target: "/volume" }] } as unknown as ServiceSettings;
  return RULES.filter(({ name, isSet }) => (name === "binds" || name === "engine_socket") && isSet(policy)).flatMap(
    ({ name, check }) => check(mounted, policy).map((found) => ({ ...found, rule: name, field: "driver_opts" })),
  );
};

const violation = (field: string, message: string, hint: string): Omit<Violation, "rule"> => ({ field, message, hint });

const allowedHint = (what: string, allowed: readonly string[]): string =>
  allowed.length === 0 ? `The policy allows no ${what}.` : `Allowed ${what}: ${allowed.join(", ")}.`;

const capabilityName = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");

/** Whether a normalized path is another one, or inside it. */
const isBelow = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(parent.endsWith("/") ? parent : `${parent}/`);

/** The paths of the host that a request mounts, without `..`: by bind mounts, and by local volumes of a directory or device. */
function hostPaths({ mounts = [] }: ServiceSettings): { path: string; field: string }[] {
  return mounts.flatMap(({ Type, Source, VolumeOptions }, index) => {
    const field = `mounts[${index}].Source`;
    const { Name, Options } = VolumeOptions?.DriverConfig ?? {};
    const path = Type === "bind" ? Source : Type === "volume" ? deviceOf(Name, Options) : undefined;
    return path === undefined ? [] : [{ path: normalizePath(path), field }];
  });
}

/** The host path of a local volume: the option `device`, unless it is one of a network file system or of memory. */
function deviceOf(driver = "local", options: Readonly<Record<string, string>> = {}): string | undefined {
  const { device, type = "" } = options;
  if (driver !== "local" || device === undefined || /^(?:nfs4?|cifs|smb3?|tmpfs)$/i.test(type)) return undefined;
  return device;
}

const normalizePath = (path: string): string => {
  const normalized = normalize(path);
  return normalized.length > 1 ? normalized.replace(/\/$/, "") : normalized;
};

/** Directories of the sockets of engines. */
const SOCKET_DIRECTORIES = [
  "/run",
  "/var/run",
  "/run/podman",
  "/var/run/podman",
  "/run/containerd",
  "/var/run/containerd",
];

/** Names of the sockets of engines, also of those of users: `/run/user/1000/docker.sock`. */
const SOCKET = /(?:^|\/)(?:docker|podman|containerd|crio|buildkitd)[^/]*\.sock$/i;

/** Whether a mount of the path contains the socket of an engine. A template can stand for any path. */
const exposesSocket = (path: string): boolean =>
  containsTemplate(path) ||
  SOCKET.test(path) ||
  SOCKET_DIRECTORIES.some((directory) => isBelow(directory, path)) ||
  /^\/(?:var\/)?run\/user(?:\/\d+(?:\/podman)?)?$/.test(path);
