import { devicesOnSwarm } from "./devices-on-swarm.support.js";
import { LONG_MODEL } from "./support/device-images.js";

devicesOnSwarm("of difficult characters that is longer than a variable", "dev-long", LONG_MODEL);
