/** The tokens of the passes of a run: what a first pass and a decode step read, and where it stands in a vector of sizes. */
import { derive } from './compile.js'
import { imageOf } from './models/images.js'
import type { Resolved } from './resolved.js'
import type { Structure, TokenAxis } from './structure.js'

/** What is asked for, and the tokens of each sequence that stand for its images. */
export interface Requested {
  readonly resolved: Resolved
  readonly imageTokens: number
}

/** The tokens of one pass, and what else a workload gives. */
export type Tokens = Record<TokenAxis, number>

export const oneToken: Readonly<Tokens> = { b: 1, s: 1, t: 1, o: 1, m: 1, frames: 1, images: 1, height: 1, width: 1 }
/** Frames of 10 ms in the windows of 30 s to which audio is padded (Whisper, arXiv:2212.04356, section 2.2). */
const framesPerWindow = 3000, secondsPerWindow = 30

/** The one object that passes are described in: the search for the longest context asks often, and keeps none. */
const pass: Tokens = { ...oneToken }

/** What the first pass over a batch reads: a prompt, the source of an encoder-decoder, an image; or the one pass of a forward run. */
export function firstTokens({ imageTokens, resolved: { scenario: { workload, conventions }, model } }: Requested, b: number, prompt: number): Tokens {
  const { mode, cached, sequence, target, audioSeconds, images } = workload
  const sides = imageOf(model, workload.image)
  const frames = framesPerWindow * Math.max(1, Math.ceil((audioSeconds ?? secondsPerWindow) / secondsPerWindow))
  const reads = model.family === 'encoder-decoder'
  const isForward = mode !== 'inference'
  pass.m = reads && model.source === 'text' ? (isForward ? sequence ?? 1 : prompt) : 1
  const t = !reads ? (isForward ? sequence ?? 1 : prompt + imageTokens) : isForward ? target ?? 1 : model.source === 'audio' ? prompt : 1
  const s = Math.max(1, t - (isForward || reads ? 0 : cached))
  pass.b = b
  pass.s = s
  pass.t = t
  pass.o = model.family === 'encoder' || (mode !== 'training' && conventions.head === 'last') ? 1 : s
  pass.frames = frames
  pass.images = images
  pass.height = sides?.[0] ?? 1
  pass.width = sides?.[1] ?? 1
  return pass
}

/** A decode step after so many tokens of output, with so many tokens ahead of it that are verified in the same pass. */
export function stepTokens(requested: Requested, b: number, prompt: number, after: number, ahead = 0): Tokens {
  const first = firstTokens(requested, b, prompt)
  first.s = 1 + ahead
  first.t += after + ahead
  first.o = 1 + ahead
  return first
}

/** The same pass cut to `s` query tokens at the end of a context of `t`. */
export function resized(tokens: Tokens, s: number, t: number, head: 'last' | 'all'): Tokens {
  tokens.s = s
  tokens.t = t
  if (head === 'all') tokens.o = s
  return tokens
}

/** Writes the tokens and what follows from them into a vector of sizes. */
export function withTokens(structure: Structure, sizes: Float64Array, tokens: Tokens): Float64Array {
  const { slots } = structure
  sizes[slots.b] = tokens.b
  sizes[slots.s] = tokens.s
  sizes[slots.t] = tokens.t
  sizes[slots.o] = tokens.o
  sizes[slots.m] = tokens.m
  sizes[slots.frames] = tokens.frames
  sizes[slots.images] = tokens.images
  sizes[slots.height] = tokens.height
  sizes[slots.width] = tokens.width
  derive(structure.layout, sizes)
  return sizes
}
