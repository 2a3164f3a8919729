import { settingsReadBack } from "./settings-on.test.support.js";

settingsReadBack(async () => ({ host: process.env["DOCKER_HOST"] ?? "", close: async () => undefined }));
