/** What the embed in one file has. */

export const files: boolean = false
export const explanations: boolean = false
export const comparisons: boolean = false
export const passes: boolean = false
export const trains: boolean = false
