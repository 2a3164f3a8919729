import { ENGINE_VERSIONS } from "@openfactory/swarm-harness";
import { startsAfterReboot } from "./reboot-on.support.js";

for (const version of ENGINE_VERSIONS.slice(1)) startsAfterReboot(version);
