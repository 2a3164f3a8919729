import { createRequire } from "node:module";

/**
 * A module of Node's own, without what an ESM import of it costs: that asks for every export at once, and with
 * `node:http` so loads Node's own fetch and WebSocket, for 20 ms.
 */
export const builtIn = createRequire(import.meta.url);
