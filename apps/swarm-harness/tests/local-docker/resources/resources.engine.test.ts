import { resourcesOn } from "./resources-on.support.js";

resourcesOn(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }));
