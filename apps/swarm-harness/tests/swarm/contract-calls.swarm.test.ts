import { describeCalls } from "./calls-on-proxy.support.js";

// The group `failed calls` takes minutes on a swarm: see contract-calls.repeat.test.ts.
describeCalls({ only: ["unchanged runs"] });
