/** The parts of a model whose weights a checkpoint may hold in a precision of their own; biases go with the norms, all of a vision tower is one part. */
export type WeightGroup = 'embedding' | 'head' | 'norm' | 'attention' | 'ffn' | 'experts' | 'shared' | 'router' | 'tower'

export interface Precision {
  /** dtype of the unquantized weights, a name in data/dtypes.json; null where the config does not say. */
  readonly weights: string | null
  /** dtype of the activations, where a file states it. */
  readonly activations?: string | null
  /** dtype of the quantized weights and the groups that are held in it; null for an unquantized checkpoint. */
  readonly quantized: { readonly dtype: string; readonly groups: readonly WeightGroup[] } | null
  /** dtypes of groups that differ from `quantized`: experts in four bits, the rest in eight (DeepSeek V4). */
  readonly parts?: Readonly<Partial<Record<WeightGroup, string>>>
  /** dtype of the KV cache, where the checkpoint states one. */
  readonly cache: string | null
  /** dtype of a recurrent state, where the checkpoint states one; else that of the cache. */
  readonly state?: string | null
}
