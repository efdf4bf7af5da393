/** What a family's row may say: how the fields of its config.json become a `Decoder`. Types only. */
import type { GroupedAttention, Layer, Norm } from '../../models/architecture.js'
import type { Config, Flag, Key } from './fields.js'

/** Under which names a family states its sizes. */
export interface Names {
  readonly width: Key
  readonly layers: Key
  readonly vocabulary: Key
  readonly context: Key
  readonly heads: Key
  /** Key-value heads; where the file is silent, as many as query heads. Null where the family has no such field. */
  readonly kvHeads: Key | null
  /** Width of a head; where the file is silent, the model width over the heads. Null where the family has no such field. */
  readonly headWidth: Key | null
  /** Width of a value head; null where it is that of a query head. */
  readonly valueWidth: Key | null
  readonly window: Key
  /** Width of a dense FFN; where absent, four times the model width if `ffnOverWidth` says so. */
  readonly ffn: Key
}

/** Routed experts. */
export interface Experts {
  readonly experts: Key
  readonly active: Key
  readonly width: Key
  /** Which layers have them: `none`; `all`; those `after` the first dense ones, every `moe_layer_freq`-th; every `step`-th but for a list; `interleaved`: those listed in `moe_layers`, else every n-th. */
  readonly layers: 'none' | 'all' | 'after' | 'step' | 'interleaved'
  readonly bias: Flag
  readonly routerBias: Flag
  /** The shared expert: a field with its width, or a field that counts experts of the routed width. */
  readonly shared: { readonly width: Key } | { readonly count: Key } | null
  readonly sharedGate: boolean
}

/** One architecture family. */
export interface Family {
  /** Its usual `model_type`. */
  readonly id: string
  /** All its `model_type` values; where a row is silent, its id. */
  readonly types: readonly string[]
  /** Names in `architectures`. */
  readonly architectures: readonly string[]
  readonly names: Names
  /** What the family's config class in transformers fills in where a file is silent, for the fields that matter here. */
  readonly defaults: Config
  /** Fields that must have their default value, because another value is a layer that is not covered. */
  readonly fixed: Config
  /** A field that must equal the width: OPT projects its embeddings where it does not. */
  readonly equalsWidth?: string
  readonly norm: Norm['kind']
  readonly position: 'rope' | 'alibi' | 'learned' | { readonly alibi: string }
  /** Rows of a learned position table beyond the context: OPT has 2. */
  readonly extraRows: number
  readonly embeddingNorm: boolean
  readonly headBias: Flag
  readonly attention: 'grouped' | 'latent'
  readonly qkvBias: Flag
  readonly outBias: Flag
  readonly qkNorm: GroupedAttention['qkNorm']
  /** A gate per head on the output of attention. */
  readonly headGate?: boolean
  /** Latent attention to tokens that an indexer selects. */
  readonly indexer?: boolean
  /** Where a sink logit per head is learned. */
  readonly sinks: { readonly local: Flag; readonly global: Flag }
  /** Which layers see a window, where `layer_types` does not say. `pattern`: all but every n-th; `late`: from `max_window_layers` on; `chunks`: those with rotary position see a chunk. */
  readonly window: 'never' | 'always' | 'pattern' | 'late' | 'chunks' | { readonly listed: string }
  /** Names that differ in layers with a window. */
  readonly local: Partial<Names>
  readonly gated: boolean
  readonly ffnBias: Flag
  readonly ffnOverWidth: 4 | null
  readonly experts: Experts
  readonly parallel: Flag
  /**
   * Norms before a layer's parts. The object is Falcon's: two in a serial layer; in a parallel one as many as the field
   * `count` says, and where it is silent two if `two` holds.
   */
  readonly inputNorms: Layer['inputNorms'] | { readonly count: Key; readonly two: Flag }
  readonly outputNorms: Layer['outputNorms']
  readonly normalizesInput: boolean
  /** Whether checkpoints hold prediction modules that the config does not mention. */
  readonly hiddenMtp: boolean
  /** Key-value heads where a field's name is not enough (Falcon): stated where `stated` holds, else one where `single` does, else as many as query heads. */
  readonly groups?: { readonly stated: Flag; readonly single: Flag }
}
