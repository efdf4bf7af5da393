/** Formats of quantized weights as checkpoints state them, and adapters beside weights. */
import { quantization } from '../import/huggingface/quantization.js'
import { withAdapter } from '../models/adapter.js'
import { adapt } from '../models/lora.js'
import type { Part } from '../part.js'

export const formats: Part = { quantization, adapters: { beside: withAdapter, ops: adapt } }
