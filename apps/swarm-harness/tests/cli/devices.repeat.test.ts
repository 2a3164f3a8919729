import { devicesOnSwarm } from "./devices-on-swarm.support.js";
import { DIFFICULT_MODEL } from "./support/device-images.js";

devicesOnSwarm("of difficult characters", "dev-difficult", DIFFICULT_MODEL);
