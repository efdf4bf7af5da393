/** What a model may be read from. The shapes of File, Blob and URL are stated here because the core knows no DOM. */
import type { Problem } from '../../problem.js'

/** A part of a file that is read when asked for. */
export interface Bytes { readonly arrayBuffer: () => Promise<ArrayBuffer> }

/** What a File or Blob has. Without `slice` only its text can be read, and weights cannot. */
export interface TextSource {
  readonly name?: string
  /** Bytes. */
  readonly size: number
  readonly text: () => Promise<string>
  /** Bytes `start` up to but not including `end`. */
  readonly slice?: (start: number, end: number) => Bytes
}

/** A URL object. */
export interface Address { readonly href: string }

/** A config.json as found or made, before it is read as one; null where problems stand in the way. */
export interface Found {
  readonly config: object | null
  readonly problems: readonly Problem[]
}

/** What a file of a checkpoint is. `index` names the shards, `quantization` is ModelOpt's hf_quant_config.json. */
export type Kind = 'gguf' | 'onnx' | 'ncnn' | 'safetensors' | 'index' | 'quantization' | 'json' | 'other'

/** Longest text file that is read, bytes: above any config.json. */
export const largestText = 8 * 2 ** 20

/** Longest index of shards, bytes: that of 140,000 tensors takes some 14 MB. */
export const largestIndex = 64 * 2 ** 20

/** A file's name without its folders, for messages and to tell files apart. */
export function nameOf({ name }: TextSource): string {
  return name?.split(/[/\\]/).at(-1) ?? 'config.json'
}
