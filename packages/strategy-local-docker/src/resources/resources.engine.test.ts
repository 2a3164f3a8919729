import { resourcesOn } from "./resources-on.test.support.js";

resourcesOn(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }));
