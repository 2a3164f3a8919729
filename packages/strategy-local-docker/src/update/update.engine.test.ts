import { updatesOn } from "./update-on.test.support.js";

updatesOn(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }));
