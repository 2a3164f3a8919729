import { createRequire } from "node:module";

/**
 * Loads a module of Node. An ESM import reads all exports, which for `node:http` also loads Node's fetch and WebSocket and
 * takes 20 ms longer.
 */
export const builtIn = createRequire(import.meta.url);
