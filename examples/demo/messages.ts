import type { Tally } from "./work-through.js";

/** What the demo tells a worker process: to begin, and to stand still in the middle of its next job. */
export type Order = "go" | "stall";

/** What a worker process tells the demo. */
export type Report =
  | { readonly type: "ready" }
  | { readonly type: "holding"; readonly id: string }
  | { readonly type: "done"; readonly tally: Tally };
