/** What this build of the elements has. The embed in one file has less: src/embed/parts.ts. */

/** Reads files: config.json, weights. */
export const files: boolean = true
/** Explains its numbers. */
export const explanations: boolean = true
/** Compares: two scenarios, other GPUs. */
export const comparisons: boolean = true
/** Lists the layers of networks, and draws passes against their batch. */
export const passes: boolean = true
/** Shows training steps. */
export const trains: boolean = true
