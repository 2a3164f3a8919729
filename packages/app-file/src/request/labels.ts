import { quote } from "../findings.js";
import { type Environment, environmentLookup } from "../interpolation/interpolate.js";
import { type FilePath, keyValues, type SourceTree, withoutTwins } from "../yaml/source-tree.js";
import type { AppContext, Part } from "./fields.js";

interface Label {
  key: string;
  value: string;
  path: FilePath;
}

/** Labels of `uns`, `metrics` and `routing`, and the app's own, which win. */
export function labelsPart(context: AppContext): Part<Record<string, string>> | undefined {
  const makers = [appUnsLabels, metricsLabels, routingLabels, ownLabels];
  const labels = new Map(makers.flatMap((make) => make(context)).map((label) => [label.key, label]));
  if (labels.size === 0) return undefined;
  return {
    value: Object.fromEntries([...labels.values()].map(({ key, value }) => [key, value])),
    from: ([key]) => labels.get(String(key))?.path ?? [...context.path, "labels"],
  };
}

const appUnsLabels = ({ entry, path, tree }: AppContext): Label[] => unsLabels(entry.uns, [...path, "uns"], tree);

/** A scalar as it is written; JSON of anything else. */
export function unsLabels(
  uns: Readonly<Record<string, unknown>> | null | undefined,
  path: FilePath,
  tree: SourceTree,
): Label[] {
  return Object.entries(uns ?? {}).map(([key, value]) => {
    const here = [...path, key];
    const isNested = typeof value === "object" && value !== null;
    return { key: `openfactory.uns.${key}`, value: isNested ? JSON.stringify(value) : tree.text(here), path: here };
  });
}

function metricsLabels({ entry: { metrics }, path }: AppContext): Label[] {
  if (metrics == null) return [];
  return [
    { key: "openfactory.metrics.port", value: String(metrics.port), path: [...path, "metrics", "port"] },
    { key: "openfactory.metrics.path", value: metrics.path ?? "/metrics", path: [...path, "metrics", "path"] },
  ];
}

function ownLabels({ path, tree, tell }: AppContext): Label[] {
  const entries = withoutTwins(keyValues([...path, "labels"], tree), (twin, first) => {
    const name = twin.shown === undefined ? "this label" : quote(twin.shown);
    tell(twin.path, `${name} is set twice`, `It is on line ${tree.locate(first.path).line} already: keep one.`);
  });
  return entries.map(({ key, value = "", path: here }) => ({ key, value, path: here }));
}

/** The longest part of a host name between two dots. */
const LONGEST_DNS_LABEL = 63;

/** A name as a DNS label, as OpenFactory normalizes it: lower case, with hyphens for the characters that don't fit. */
const dnsLabel = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");

/** Letters, digits, hyphens and underscores between dots. */
const DOMAIN = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i;

/** Whether OpenFactory's development environment is asked for. */
export const isDevelopment = (environment: Environment): boolean =>
  environmentLookup(environment)("OPENFACTORY_ENV") === "dev";

/** The path under which an app is reached on localhost in the development environment. */
export const developmentPath = (uuid: string): string => `/${dnsLabel(uuid)}`;

/** Traefik's labels of an app with `routing.expose`, named as OpenFactory names them. */
function routingLabels(context: AppContext): Label[] {
  const { entry, tell } = context;
  const { routing } = entry;
  if (routing?.expose !== true) return [];
  const path = [...context.path, "routing"];
  const wrong = (message: string, hint: string): [] => {
    tell(path, message, hint);
    return [];
  };
  if (routing.port == null) return wrong('an exposed app needs "port"', "Name the app's port in the container.");
  const domain = environmentLookup(context.environment)("OPENFACTORY_BASE_DOMAIN") || undefined;
  if (domain !== undefined && !DOMAIN.test(domain)) {
    return wrong("OPENFACTORY_BASE_DOMAIN is not a domain name", "Set it to a name such as factory.example.com.");
  }
  const hosts = hostNames(entry, domain);
  if (hosts.length === 0) {
    return wrong(
      "OPENFACTORY_BASE_DOMAIN is not set, so the app has no host name",
      "Set OPENFACTORY_BASE_DOMAIN in the environment or an env file, or write the full host name as hostname.",
    );
  }
  if (hosts.some((host) => host.split(".").some((label) => label.length > LONGEST_DNS_LABEL))) {
    return wrong(`a part of its host name is longer than ${LONGEST_DNS_LABEL} characters`, "Shorten it.");
  }

  const name = `ofa-${dnsLabel(entry.uuid)}`;
  const labels = {
    "traefik.enable": "true",
    [`traefik.http.routers.${name}.service`]: name,
    [`traefik.http.routers.${name}.rule`]: hosts.map((host) => `Host(\`${host}\`)`).join(" || "),
    [`traefik.http.routers.${name}.entrypoints`]: "web",
    [`traefik.http.services.${name}.loadbalancer.server.port`]: String(routing.port),
    ...(isDevelopment(context.environment) ? developmentLabels(name, developmentPath(entry.uuid)) : {}),
  };
  return Object.entries(labels).map(([key, value]) => ({ key, value, path }));
}

/** A second router, on localhost under a path. A request of the path itself is redirected to the path with a slash. */
const developmentLabels = (name: string, prefix: string): Record<string, string> => ({
  [`traefik.http.routers.${name}-external.rule`]: `Host(\`localhost\`) && PathPrefix(\`${prefix}\`)`,
  [`traefik.http.routers.${name}-external.entrypoints`]: "web",
  [`traefik.http.routers.${name}-external.service`]: name,
  [`traefik.http.routers.${name}-external.middlewares`]: `${name}-slash,${name}-strip`,
  [`traefik.http.middlewares.${name}-strip.stripprefix.prefixes`]: prefix,
  [`traefik.http.middlewares.${name}-slash.redirectregex.regex`]: `^(${prefix})(\\?.*)?$`,
  [`traefik.http.middlewares.${name}-slash.redirectregex.replacement`]: "${1}/${2}",
});

/**
 * The host names of an exposed app: `<uuid>.<domain>` and, with another `hostname`, `<hostname>.<domain>`, each name as a
 * DNS label. Without a domain, `hostname` is the full host name.
 */
function hostNames({ uuid, routing }: AppContext["entry"], domain: string | undefined): string[] {
  const hostname = routing?.hostname || undefined;
  if (domain === undefined) return hostname === undefined ? [] : [hostname.toLowerCase()];
  return [...new Set([uuid, hostname].filter((name) => name != null).map((name) => `${dnsLabel(name)}.${domain}`))];
}
