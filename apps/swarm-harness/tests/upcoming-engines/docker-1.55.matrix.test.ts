import { checkUpcoming } from "./contract-on-upcoming.support.js";

checkUpcoming("docker", "1.55");
