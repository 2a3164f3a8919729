import { describeCalls } from "./calls-on-proxy.support.js";

// The group `failed calls` is in contract-calls.repeat.test.ts. In npm test, unit tests let each call of an update fail.
describeCalls({ only: ["unchanged runs"] });
