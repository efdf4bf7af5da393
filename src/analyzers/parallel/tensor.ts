import type { Placement } from '../graph.js'

/**
 * Tensor parallelism (Megatron-LM, arXiv:1909.08053): heads, FFN widths and the vocabulary are split.
 * Tokens are copied to experts on every rank, so a dispatch stays whole.
 */
export const tensorParallel: Placement = {
  axes: ['g', 'h', 'og', 'mh', 'di', 'lg', 'f', 'fe', 'fs', 'v'],
  only: [{ ops: 'moe/dispatch', axis: null }],
}

/** The same with sequence parallelism (arXiv:2205.05198): what is left whole is split by tokens. */
export const sequenceParallel: Placement = { ...tensorParallel, rest: ['s', 'o'] }

/** Either with experts that are spread over the ranks, not split: a rank holds some of them whole (Megatron's expert tensor parallelism of 1). */
export function wholeExperts({ axes, rest }: Placement): Placement {
  return { axes: ['e', ...axes.filter(axis => axis !== 'fe')], ...(rest ? { rest } : {}), only: routing(rest ? 's' : null) }
}

/** Every rank scores its own tokens for all experts, so what scores them is held whole. */
export function routing(axis: string | null): NonNullable<Placement['only']> {
  return [{ ops: 'moe/router', axis }, { ops: 'moe/top-k', axis }, { ops: 'router.w', axis: null }, { ops: 'router.b', axis: null }, { ops: 'expert-scale.w', axis: null }]
}
