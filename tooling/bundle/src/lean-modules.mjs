/**
 * Modules that are excluded from a bundle, by path, or by id and importer: unused parts of libraries that take longer to
 * load than everything else.
 */
const STAND_INS = [
  // Messages in fifty languages, which are not used.
  { path: /\/zod\/v4\/locales\/index\.[cm]?js$/, code: "export {};" },
  // commander's commands in separate executables. ofdeploy has none.
  { id: "node:child_process", from: /\/commander\//, code: "export default {};" },
  { id: "node:fs", from: /\/commander\//, code: "export default {};" },
  // An import copies all properties of the global, for 1 ms.
  { id: "node:process", from: /\/commander\//, code: "export default process;" },
  // dockerode's BuildKit session (gRPC, protobuf) and build contexts (tar, .dockerignore, gzip): no image is built.
  { id: "./session", from: /\/dockerode\//, code: "module.exports = () => { throw new Error('not bundled'); };" },
  { id: "./buildkit", from: /\/dockerode\//, code: "module.exports = {};" },
  { id: "@balena/dockerignore", from: /\/dockerode\//, code: "module.exports = {};" },
  { id: "tar-fs", from: /\/dockerode\//, code: "module.exports = {};" },
  { id: "zlib", from: /\/dockerode\//, code: "module.exports = {};" },
  // docker-modem's SSH client: connections use the user's `ssh`, or sockets.
  { id: "./ssh", from: /\/docker-modem\//, code: "module.exports = () => { throw new Error('not bundled'); };" },
  // Its log, which is off; hijacked connections; certificates and HTTPS, which the agent handles.
  { id: "debug", from: /\/docker-modem\//, code: "module.exports = () => () => {};" },
  // Formats each request for that log, for 0.1 ms.
  { id: "util", from: /\/docker-modem\//, code: "module.exports = { inspect: () => '' };" },
  { id: "./http_duplex", from: /\/docker-modem\//, code: "module.exports = class {};" },
  { id: "split-ca", from: /\/docker-modem\//, code: "module.exports = () => [];" },
  { id: "https", from: /\/docker-modem\//, code: "module.exports = {};" },
];

const PREFIX = "\0stand-in:";

/** Replaces the modules named in STAND_INS. */
export const leanModules = {
  name: "lean-modules",
  async resolveId(id, importer, options) {
    const byId = STAND_INS.findIndex((one) => one.id === id && one.from.test(importer ?? ""));
    if (byId >= 0) return `${PREFIX}${byId}${STAND_INS[byId].code.startsWith("export") ? ".mjs" : ".cjs"}`;
    if (!/\/zod\//.test(importer ?? "")) return null;
    const resolved = await this.resolve(id, importer, { ...options, skipSelf: true });
    const byPath = STAND_INS.findIndex(({ path }) => path?.test(resolved?.id ?? ""));
    return byPath < 0 ? resolved : `${PREFIX}${byPath}.mjs`;
  },
  load(id) {
    if (!id.startsWith(PREFIX)) return null;
    return { code: STAND_INS[Number.parseInt(id.slice(PREFIX.length), 10)].code, moduleSideEffects: false };
  },
};
