import { updatesOn } from "./update-on.support.js";

// Aborts at any event: update.repeat.test.ts, and without an engine interrupted.test.ts of the strategy.
updatesOn(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }), { aborts: false });
