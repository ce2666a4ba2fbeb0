/** The page's beginning. */

import { protocol } from "./protocol";
import type { Protocol } from "./state_port";

const used: Protocol = protocol;
document.body.textContent = typeof used.readPoll === "function" ? "无记名测评" : "";
