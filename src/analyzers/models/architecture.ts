/** Which pairs of queries and keys attention has: causal without and with a window, within a chunk or with chosen tokens or blocks, all, a band to both sides, windows of an image, or a window and compressed entries, all or the best (data/axes.json, data/architecture-axes.json). */
export type Pairs = 'unbounded' | 'windowed' | 'chunked' | 'selected' | 'blocks' | 'full' | 'band' | 'tiled' | 'compressed' | 'indexed'

/** The parts of a model whose weights a checkpoint may hold in a precision of their own; biases go with the norms, all of a vision tower is one part, and those of an adapter. */
export type WeightGroup = 'embedding' | 'head' | 'norm' | 'attention' | 'ffn' | 'experts' | 'shared' | 'router' | 'tower' | 'adapter'

export interface Precision {
  /** dtype of the unquantized weights, a name in data/dtypes.json; null where the config does not say. */
  readonly weights: string | null
  /** dtype of the activations, where a file states it. */
  readonly activations?: string | null
  /** dtype of the quantized weights and the groups that are held in it; null for an unquantized checkpoint. */
  readonly quantized: { readonly dtype: string; readonly groups: readonly WeightGroup[] } | null
  /** Groups that are held in another dtype yet: a quantized head. */
  readonly held?: Readonly<Partial<Record<WeightGroup, string>>>
  /** What single layers hold apart from that, one entry per layer; absent where none does. */
  readonly layers?: readonly Readonly<Record<string, string>>[]
  /** dtype of the KV cache, where the checkpoint states one. */
  readonly cache: string | null
  /** dtype of a recurrent state, where the checkpoint states one; else that of the cache. */
  readonly state?: string | null
}
