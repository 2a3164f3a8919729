import { describeCalls } from "./calls-on-proxy.support.js";

// Each call fails in contract-calls.repeat.test.ts.
describeCalls({ failedCalls: { calls: 1 } });
