/**
 * What a decoder is, as plain data: the one shape between the importers, which fill it from a file,
 * and the model builders, which turn it into loop nests. Sizes are counts of elements.
 */
export interface Decoder {
  readonly family: 'decoder'
  /** Model width. */
  readonly width: number
  /** Rows of the token embedding. */
  readonly vocabulary: number
  /** Longest context that the checkpoint states, in tokens; null where it states none. */
  readonly context: number | null
  /** How tokens learn their position. Only a learned table has parameters: `rows` of them. */
  readonly position: { readonly kind: 'rope' | 'alibi' | 'none' } | { readonly kind: 'learned'; readonly rows: number }
  /** Whether the output head is the embedding table transposed. */
  readonly tied: boolean
  /** Bias of the output head (GPT-J, Phi). */
  readonly headBias: boolean
  readonly norm: Norm
  /** Norm applied to the embeddings before the first layer (BLOOM). */
  readonly embeddingNorm: boolean
  /** Norm before the head; every decoder read so far has one. */
  readonly finalNorm: boolean
  /** The kinds of layer, each once. A model with one kind names it `decoder`. */
  readonly kinds: readonly Layer[]
  /** The order of layers as runs of a kind: `[['local', 5], ['global', 1], …]`. */
  readonly order: readonly (readonly [kind: string, count: number])[]
  /** Weight precision that the checkpoint states; null where it states none. */
  readonly precision: Precision
}

export interface Norm {
  /** `rms` has a gain vector, `layer` a gain and a bias vector, `plain` no parameters. */
  readonly kind: 'rms' | 'layer' | 'plain'
}

export interface Layer {
  readonly name: string
  readonly attention: GroupedAttention | LatentAttention
  readonly ffn: DenseFfn | ExpertFfn
  /** `serial`: norm → attention → add → norm → FFN → add. `parallel`: both read the layer's input and are added once. */
  readonly residual: 'serial' | 'parallel'
  /** Norms before attention and FFN. A parallel layer may share one (GPT-J, Falcon-7B, Phi) or have two (GPT-NeoX). */
  readonly inputNorms: 1 | 2
  /** Norms on the outputs of attention and FFN, before they are added (Gemma 2 and 3). */
  readonly outputNorms: 0 | 2
  /** False where the norms sit only on the outputs (OLMo 2): then `inputNorms` are not applied. */
  readonly normalizesInput: boolean
}

/** MHA, GQA and MQA: `groups` key-value heads, each serving `queriesPerGroup` query heads. */
export interface GroupedAttention {
  readonly kind: 'grouped'
  readonly groups: number
  readonly queriesPerGroup: number
  /** Width of a query and key head; independent of the model width. */
  readonly headWidth: number
  /** Width of a value head; mostly `headWidth`. */
  readonly valueWidth: number
  /** Tokens a query sees at most, itself included; null sees all. */
  readonly window: number | null
  /** Tokens of a chunk, within which a query sees what is before it (Llama 4); null without chunks. */
  readonly chunk: number | null
  readonly bias: { readonly qkv: boolean; readonly out: boolean }
  /** Norm of queries and keys: one gain per head width (`head`: Qwen 3, Gemma 3), per all heads together (`all`: OLMo 2, MiniMax), without gains (`plain`: Llama 4), or none. */
  readonly qkNorm: 'head' | 'all' | 'plain' | null
  /** A learned gate per head on the output (Step 3.5). */
  readonly headGate: boolean
  readonly rope: boolean
  /** A learned logit per query head that joins the softmax (gpt-oss). */
  readonly sinks: boolean
}

/** MLA: keys and values come from one compressed latent per token (DeepSeek V2). */
export interface LatentAttention {
  readonly kind: 'latent'
  readonly heads: number
  /** Rank of the query compression; null projects queries directly (DeepSeek-V2-Lite). */
  readonly queryRank: number | null
  /** Rank of the key-value latent; with `ropeWidth` it is what the cache holds per token. */
  readonly latentRank: number
  /** Width per head of the part without and with rotary position, and of a value. */
  readonly nopeWidth: number
  readonly ropeWidth: number
  readonly valueWidth: number
  readonly bias: boolean
  /** Sparse attention that an indexer selects (DeepSeek V3.2): each query attends to the best tokens; null attends to all. */
  readonly index: Index | null
}

/** The indexer of a layer: `heads` of `width` score every token before a query, the best `selected` are attended to. */
export interface Index {
  readonly heads: number
  readonly width: number
  readonly selected: number
  /** False where a layer takes the choice of the one before it and has no indexer (GLM 5.2). */
  readonly own: boolean
}

export interface DenseFfn {
  readonly kind: 'dense'
  readonly width: number
  /** Gated has two input projections (SwiGLU, GeGLU), plain has one. */
  readonly gated: boolean
  readonly bias: boolean
}

export interface ExpertFfn {
  readonly kind: 'experts'
  readonly experts: number
  /** Experts each token visits. */
  readonly active: number
  /** Width of one routed expert. */
  readonly width: number
  readonly gated: boolean
  readonly bias: boolean
  /** Bias of the router's linear layer (gpt-oss), or a correction bias per expert beside it (DeepSeek V3): one number per expert either way. */
  readonly routerBias: boolean
  /** Width of the shared expert(s) together, null without. */
  readonly sharedWidth: number | null
  /** A learned scalar gate on the shared expert: one more `width`-vector (Qwen2-MoE). */
  readonly sharedGate: boolean
}

/** The parts of a model whose weights a checkpoint may hold in a precision of their own; biases go with the norms. */
export type WeightGroup = 'embedding' | 'head' | 'norm' | 'attention' | 'ffn' | 'experts' | 'shared' | 'router'

export interface Precision {
  /** dtype of the unquantized weights, a name in data/dtypes.json; null where the config does not say. */
  readonly weights: string | null
  /** dtype of the quantized weights and the groups that are held in it; null for an unquantized checkpoint. */
  readonly quantized: { readonly dtype: string; readonly groups: readonly WeightGroup[] } | null
  /** dtype of the KV cache, where the checkpoint states one. */
  readonly cache: string | null
  /** dtype of a recurrent state, where the checkpoint states one; else that of the cache. */
  readonly state?: string | null
}
