import { describeCalls } from "./calls-on-proxy.support.js";

describeCalls({ only: ["failed calls"], failedCalls: { calls: "all" }, timeoutMs: 600_000 });
