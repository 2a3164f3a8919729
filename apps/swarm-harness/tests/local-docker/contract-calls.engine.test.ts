import { describeCalls } from "./calls-on-proxy.support.js";

describeCalls({ failedCalls: { calls: 2 } });
