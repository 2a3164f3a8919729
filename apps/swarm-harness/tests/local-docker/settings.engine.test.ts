import { settingsReadBack } from "./settings-on.support.js";

settingsReadBack(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }));
