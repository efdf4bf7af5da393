/** A training scenario as Megatron-LM and DeepSpeed take it: arguments and a configuration to paste. */
import { resolve } from '../analyzers/resolve.js'
import { kindsOf, type Model } from '../analyzers/models/model.js'
import type { Problem } from '../problem.js'
import type { NormalScenario, Scenario } from '../scenario/schema.js'

type Argument = readonly [flag: string, value?: string | number | null]

/**
 * Arguments of Megatron-LM's pretrain_gpt.py, one per entry: `--tensor-model-parallel-size 8`. What it does not know by that name
 * is left out; data, tokenizer and learning rate are the user's.
 */
export function megatronArguments(scenario: Scenario): readonly string[] | readonly Problem[] {
  const resolved = resolve(scenario)
  if (!('scenario' in resolved)) return resolved
  const { scenario: s, model } = resolved
  const { mesh, training, workload, offload } = s
  const { zero, recompute, schedule, interleave, shardGroup } = training
  const list: Argument[] = [
    ...shape(model),
    ['--seq-length', workload.sequence ?? null], ['--max-position-embeddings', workload.sequence ?? null], ['--micro-batch-size', workload.microBatch ?? null], ['--global-batch-size', workload.globalBatch ?? null],
    ['--tensor-model-parallel-size', mesh.tp], ['--pipeline-model-parallel-size', mesh.pp], ['--context-parallel-size', mesh.cp],
    ...(mesh.cp > 1 ? [['--cp-comm-type', { 'ring': 'p2p', 'all-gather': 'all_gather', 'ulysses': 'a2a' }[training.context] ?? 'p2p'] as const] : []),
    ...(mesh.ep > 1 ? [['--expert-model-parallel-size', mesh.ep], ['--expert-tensor-parallel-size', mesh.etp]] as const : []),
    ...(mesh.sequence ? [['--sequence-parallel'] as const] : []),
    ...(schedule === 'interleaved' && interleave > 1 ? [['--num-layers-per-virtual-pipeline-stage', layersPerChunk(model, mesh.pp, interleave)] as const] : []),
    ...(zero > 0 ? [['--use-distributed-optimizer'] as const] : []),
    ...(zero === 3 ? [['--use-megatron-fsdp'], ['--data-parallel-sharding-strategy', 'optim_grads_params']] as const : []),
    ...(shardGroup === null ? [] : [['--num-distributed-optimizer-instances', mesh.dp / shardGroup] as const]),
    ...recomputing(recompute),
    ...(offload.optimizer > 0 ? [['--optimizer-cpu-offload'], ['--optimizer-offload-fraction', Math.min(1, offload.optimizer)]] as const : []),
    [s.precision.activations === 'fp16' ? '--fp16' : '--bf16'],
    ...recipeOf(training.recipe),
  ]
  return list.filter(([, value]) => value !== null).map(argument => argument.filter(part => part !== undefined).join(' '))
}

/** What the architecture is called there. */
function shape(model: Model): Argument[] {
  const kinds = kindsOf(model), kind = kinds.find(({ flags }) => flags['experts']) ?? kinds[0]
  const { d, g, r, h, k, f, fe, e, x } = { ...model.sizes, ...kinds[0]?.sizes, ...kind?.sizes } as Readonly<Record<string, number | undefined>>
  const heads = g === undefined ? h : g * (r ?? 1)
  const layers = kinds.reduce((sum, { count }) => sum + count, 0)
  return [
    ['--num-layers', layers], ['--hidden-size', d ?? null], ['--ffn-hidden-size', f ?? fe ?? null], ['--num-attention-heads', heads ?? null], ...(k === undefined ? [] : [['--kv-channels', k] as const]),
    ...(g !== undefined && (r ?? 1) > 1 ? [['--group-query-attention'], ['--num-query-groups', g]] as const : []),
    ...(kind?.flags['gated'] ? [['--swiglu'] as const] : []), ...(e === undefined ? [] : [['--num-experts', e], ['--moe-router-topk', x ?? null], ['--moe-ffn-hidden-size', fe ?? null]] as const),
  ]
}

function layersPerChunk(model: Model, pp: number, chunks: number): number {
  return kindsOf(model).reduce((sum, { count }) => sum + count, 0) / pp / chunks
}

function recomputing(recompute: string): Argument[] {
  if (recompute === 'none') return []
  if (recompute === 'selective') return [['--recompute-granularity', 'selective']]
  if (recompute.startsWith('full')) return [['--recompute-granularity', 'full'], ['--recompute-method', 'uniform'], ['--recompute-num-layers', 1]]
  return [['--recompute-granularity', 'selective'], ['--recompute-modules', recompute.replaceAll(',', ' ')]]
}

function recipeOf(recipe: string): Argument[] {
  if (recipe === 'nvfp4') return [['--fp4-format', 'e2m1'], ['--fp4-recipe', 'nvfp4']]
  const name = { 'fp8': 'tensorwise', 'fp8-block': 'blockwise', 'mxfp8': 'mxfp8' }[recipe]
  return name === undefined ? [] : [['--fp8-format', recipe === 'fp8' ? 'hybrid' : 'e4m3'], ['--fp8-recipe', name]]
}

/** The configuration of DeepSpeed: batch, ZeRO, offloading, precision, optimizer. */
export function deepspeedConfig(scenario: Scenario): Readonly<Record<string, unknown>> | readonly Problem[] {
  const resolved = resolve(scenario)
  if (!('scenario' in resolved)) return resolved
  const { mesh, training: { zero, shardGroup, optimizer, recompute }, workload, offload, precision }: NormalScenario = resolved.scenario
  const { microBatch = 1, globalBatch } = workload
  const type = { adamw: 'AdamW', adam: 'Adam', adam8bit: 'AdamW', lion: 'Lion', sgd: 'SGD' }[optimizer]
  return {
    train_batch_size: globalBatch, train_micro_batch_size_per_gpu: microBatch, gradient_accumulation_steps: (globalBatch ?? microBatch) / (microBatch * mesh.dp),
    [precision.activations === 'fp16' ? 'fp16' : 'bf16']: { enabled: true },
    ...(type === undefined ? {} : { optimizer: { type } }),
    zero_optimization: {
      stage: zero, overlap_comm: true,
      ...(offload.optimizer > 0 ? { offload_optimizer: { device: offload.to, ratio: Math.min(1, offload.optimizer) } } : {}),
      ...(zero === 3 && shardGroup !== null ? { mics_shard_size: shardGroup } : {}),
    },
    ...(precision.gradients === 'bf16' ? { data_types: { grad_accum_dtype: 'bf16' } } : { data_types: { grad_accum_dtype: 'fp32' } }),
    ...(mesh.tp > 1 ? { tensor_parallel: { autotp_size: mesh.tp } } : {}),
    ...(recompute === 'none' ? {} : { activation_checkpointing: { partition_activations: mesh.tp > 1 } }),
  }
}
