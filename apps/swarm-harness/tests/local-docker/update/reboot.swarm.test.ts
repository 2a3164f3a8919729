import { startsAfterReboot } from "./reboot-on.support.js";

startsAfterReboot("20.10");
