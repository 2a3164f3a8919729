/** The kinds of objects whose second segment is a name or an id, and the words that are neither. */
const OBJECTS = {
  containers: ["json", "create"],
  networks: ["create"],
  volumes: ["create"],
  services: ["create"],
  secrets: ["create"],
  configs: ["create"],
  tasks: [],
  nodes: [],
  exec: [],
};

/**
 * A path without API version and query.
 * @param {string} url of the request
 */
export const pathOf = (url) => url.replace(/\?.*/s, "").replace(/^\/v[0-9.]+(?=\/)/, "");

/**
 * A call without API version, query, names and ids: `GET /containers/{id}/json`. Names of images may have slashes.
 * @param {string} method
 * @param {string} url of the request
 */
export function templateOf(method, url) {
  const path = pathOf(url);
  const [, kind = "", name, rest = ""] = /^\/([^/]*)(?:\/([^/]*))?(.*)$/s.exec(path) ?? [];
  if (kind === "images" || kind === "distribution") {
    if (path === "/images/json" || path === "/images/create") return `${method} ${path}`;
    return `${method} /${kind}/{name}${path.endsWith("/json") ? "/json" : ""}`;
  }
  const words = OBJECTS[kind];
  if (words === undefined || name === undefined || words.includes(name)) return `${method} ${path}`;
  return `${method} /${kind}/{id}${rest}`;
}
