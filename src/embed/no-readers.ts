/** The embed reads no config.json: what parts add to readers has no place. */
import type * as Precision from '../analyzers/import/huggingface/precision.js'
import type * as Rows from '../analyzers/import/huggingface/rows.js'

export const addRows: typeof Rows.addRows = () => undefined
export const quantization: Parameters<typeof Precision.addQuantization>[0] = (_, __, weights) => ({ weights, quantized: null, cache: null })
export const addQuantization: typeof Precision.addQuantization = () => undefined
