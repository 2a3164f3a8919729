import { updatesOn } from "./update-on.support.js";

updatesOn(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }));
