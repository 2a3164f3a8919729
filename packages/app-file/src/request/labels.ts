import { quote } from "../findings.js";
import { type Environment, environmentLookup } from "../interpolation/interpolate.js";
import { type FilePath, keyValues, type SourceTree, uniqueByKey } from "../yaml/source-tree.js";
import type { AppContext, RequestField } from "./fields.js";

interface Label {
  key: string;
  value: string;
  path: FilePath;
}

/** Labels of `uns`, `metrics` and `routing`, and the app's own, which take precedence. */
export function labelsField(context: AppContext): RequestField<Record<string, string>> | undefined {
  const builders = [appUnsLabels, metricsLabels, routingLabels, ownLabels];
  const labels = new Map(builders.flatMap((make) => make(context)).map((label) => [label.key, label]));
  if (labels.size === 0) return undefined;
  return {
    value: Object.fromEntries([...labels.values()].map(({ key, value }) => [key, value])),
    pathOf: ([key]) => labels.get(String(key))?.path ?? [...context.path, "labels"],
  };
}

const appUnsLabels = ({ entry, path, tree }: AppContext): Label[] => unsLabels(entry.uns, [...path, "uns"], tree);

/** The labels of `uns`: scalars as written, other values as JSON. */
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

function ownLabels({ path, tree, report }: AppContext): Label[] {
  const entries = uniqueByKey(keyValues([...path, "labels"], tree), (duplicate, first) => {
    const name = duplicate.shown === undefined ? "" : ` ${quote(duplicate.shown)}`;
    report(duplicate.path, `duplicate label${name}`, `Also on line ${tree.locate(first.path).line}. Keep one of them.`);
  });
  return entries.map(({ key, value = "", path: here }) => ({ key, value, path: here }));
}

/** Maximum length of a part of a host name between two dots. */
const MAX_DNS_LABEL = 63;

/** A name as a DNS label, normalized as in OpenFactory: lower case, with hyphens for invalid characters. */
const dnsLabel = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");

/** Letters, digits, hyphens and underscores between dots. */
const DOMAIN = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i;

/** Whether this is OpenFactory's development environment. */
export const isDevelopment = (environment: Environment): boolean =>
  environmentLookup(environment)("OPENFACTORY_ENV") === "dev";

/** The path of an app on localhost in the development environment. */
export const developmentPath = (uuid: string): string => `/${dnsLabel(uuid)}`;

/** Traefik's labels of an app with `routing.expose`, named as OpenFactory names them. */
function routingLabels(context: AppContext): Label[] {
  const { entry, report } = context;
  const { routing } = entry;
  if (routing?.expose !== true) return [];
  const path = [...context.path, "routing"];
  const fail = (message: string, hint: string): [] => {
    report(path, message, hint);
    return [];
  };
  if (routing.port == null)
    return fail("expose: true requires port", "Set routing.port to the port of the app in the container.");
  const domain = environmentLookup(context.environment)("OPENFACTORY_BASE_DOMAIN") || undefined;
  if (domain !== undefined && !DOMAIN.test(domain)) {
    return fail(
      "OPENFACTORY_BASE_DOMAIN is not a domain name",
      "Set OPENFACTORY_BASE_DOMAIN to a name such as factory.example.com.",
    );
  }
  const hosts = hostNames(entry, domain);
  if (hosts.length === 0) {
    return fail(
      "OPENFACTORY_BASE_DOMAIN is not set, so the app has no host name",
      "Set OPENFACTORY_BASE_DOMAIN in the environment or an env file, or set routing.hostname to the full host name.",
    );
  }
  if (hosts.some((host) => host.split(".").some((label) => label.length > MAX_DNS_LABEL))) {
    return fail(`a part of the host name is longer than ${MAX_DNS_LABEL} characters`, "Shorten the uuid or hostname.");
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

/** A second router, for a path on localhost. Requests for the path without a trailing slash are redirected. */
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
