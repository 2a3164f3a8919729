import { environmentLookup } from "../interpolation/environment.js";
import type { FilePath } from "../source/tree.js";
import type { AppContext } from "./part.js";

const LONGEST_DNS_LABEL = 63;

/** A DNS label: lower case, hyphens for what it can't hold. As OpenFactory normalises names. */
const dnsLabel = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");

/** Traefik's labels of an app with `routing.expose`: router, rule with the host names, port of the service. */
export function routingLabels(context: AppContext): { key: string; value: string; path: FilePath }[] {
  const { entry, tell } = context;
  const { routing } = entry;
  if (routing?.expose !== true) return [];
  const path = [...context.path, "routing"];
  const wrong = (message: string, hint: string): [] => {
    tell(path, message, hint);
    return [];
  };
  if (routing.port == null) return wrong('an exposed app needs "port"', "Name the app's port in the container.");
  const hosts = hostNames(context);
  if (hosts.length === 0) {
    return wrong('an exposed app needs "hostname"', "Name the host, or set OPENFACTORY_BASE_DOMAIN.");
  }
  if (hosts.some((host) => host.split(".").some((label) => label.length > LONGEST_DNS_LABEL))) {
    return wrong(`a part of its host name is longer than ${LONGEST_DNS_LABEL} characters`, "Shorten it.");
  }

  const service = entry.uuid.toLowerCase();
  const rule = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
  return [
    { key: "traefik.enable", value: "true", path },
    { key: `traefik.http.routers.${service}.rule`, value: rule, path },
    { key: `traefik.http.routers.${service}.service`, value: service, path },
    { key: `traefik.http.services.${service}.loadbalancer.server.port`, value: String(routing.port), path },
  ];
}

/**
 * The host names of an exposed app. With `OPENFACTORY_BASE_DOMAIN`, as OpenFactory derives them: `<uuid>.<domain>` and
 * `<hostname>.<domain>`. A `hostname` with a dot, and one without a base domain, counts as it is written.
 */
function hostNames({ entry: { uuid, routing }, environment }: AppContext): string[] {
  const domain = environmentLookup(environment)("OPENFACTORY_BASE_DOMAIN") || undefined;
  const hostname = routing?.hostname?.toLowerCase();
  const isLocal = hostname !== undefined && !hostname.includes(".");
  if (domain === undefined) return hostname === undefined ? [] : [hostname];
  const alias = isLocal ? `${dnsLabel(hostname)}.${domain}` : hostname;
  return [...new Set([`${dnsLabel(uuid)}.${domain}`, alias].filter((host) => host !== undefined))];
}
