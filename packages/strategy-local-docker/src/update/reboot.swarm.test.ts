import { startsAfterReboot } from "./reboot-on.test.support.js";

startsAfterReboot("20.10");
