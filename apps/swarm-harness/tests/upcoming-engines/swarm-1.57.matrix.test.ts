import { checkUpcoming } from "./contract-on-upcoming.support.js";

checkUpcoming("swarm", "1.57");
