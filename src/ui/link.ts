/**
 * A scenario as the hash of an address: `#1:` and base64url of compressed JSON. The number is the version of what follows;
 * each version ever written keeps its reader in the table below.
 */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import type { Scenario } from '../core.js'
import { error, type Problem } from '../problem.js'
import { differing, isObject, type Stand } from './stand.js'

type Read = { readonly stand: Stand } | { readonly problem: Problem }

/** Longest hash that is written or read, in characters, and longest JSON that one may unfold to, in bytes. */
export const longestLink = 32_768, longestText = 2 ** 20

/** What most links hold, so that short ones stay short. Links of version 1 cannot be read with any other text. */
const dictionary = strToU8('"intermediate_size":,"max_position_embeddings":,"num_experts_per_tok":,"num_local_experts":,"n_routed_experts":,"moe_intermediate_size":,"quantization_config":{"quant_method":"","bits":4,"sliding_window":,"rope_scaling":null,"rope_theta":,"head_dim":128,"num_key_value_heads":8,"num_attention_heads":32,"num_hidden_layers":32,"tie_word_embeddings":false,"torch_dtype":"bfloat16","vocab_size":,"hidden_size":4096,"model_type":"qwen","model_type":"llama","architectures":["ForCausalLM"],"utilization":0.9,"price":,"system":"","conventions":{"attention":"","head":"all"},"profile":"vllm","mesh":{"tp":8},"precision":{"weights":"fp8","activations":"int8","cache":"bf16"},"workload":{"batch":16,"prompt":2048,"output":256}},"file":"config.json"{"scenario":{"model":"llama-3.1-8b","gpu":"h100-sxm5-80gb"')

const readers: Readonly<Record<string, (packed: string) => unknown>> = {
  1: packed => JSON.parse(unpacked(packed)) as unknown,
}

/** The hash of a scenario, without `#`; null where it is longer than an address should be. */
export function writeLink({ scenario, file }: Stand): string | null {
  const text = strToU8(JSON.stringify({ scenario: differing(scenario), ...file === null ? {} : { file } }))
  if (text.length > longestText) return null
  const hash = `1:${base64url(deflateSync(text, { level: 9, dictionary }))}`
  return hash.length > longestLink ? null : hash
}

/** Whether a hash means to be a scenario at all. */
export function isLink(hash: string): boolean {
  return /^\d{1,6}:/.test(hash)
}

/** The scenario of a hash, without `#`. */
export function readLink(hash: string): Read {
  const [version = ''] = hash.split(':', 1)
  const reader = Object.hasOwn(readers, version) ? readers[version] : undefined
  if (reader === undefined) return refuse('unknown-version', `This link is of version ${version.slice(0, 8)}, which is not known here.`, Object.keys(readers))
  if (hash.length > longestLink) return refuse('oversized', `This link has ${String(hash.length)} characters; at most ${String(longestLink)} are read.`)
  try {
    const stand = standOf(reader(hash.slice(version.length + 1)))
    return stand === null ? refuse('unreadable', 'This link holds no scenario.') : { stand }
  } catch (failure) {
    return failure === tooLong
      ? refuse('oversized', `This link unfolds to more than ${String(longestText)} bytes.`)
      : refuse('unreadable', 'This link is cut off or altered.')
  }
}

function refuse(code: string, message: string, suggestions: readonly string[] = []): Read {
  return { problem: error(code, '', message, suggestions) }
}

const isNamed = (value: unknown): value is string | object => typeof value === 'string' || isObject(value)

/** As much of the shape as the page relies on; the analysis judges the rest. */
function standOf(value: unknown): Stand | null {
  if (!isObject(value)) return null
  const { scenario, file } = value
  if (!isObject(scenario) || !isNamed(scenario['model']) || !isNamed(scenario['gpu'])) return null
  return { scenario: scenario as unknown as Scenario, file: typeof file === 'string' ? file.slice(0, 200) : null }
}

const tooLong = new Error('too long')

function unpacked(packed: string): string {
  const given = bytesOf(packed)
  const bytes = given.length === 0 ? given : inflateSync(given, { dictionary, out: new Uint8Array(longestText + 1) })
  if (bytes.length > longestText) throw tooLong
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function base64url(bytes: Uint8Array): string {
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function bytesOf(text: string): Uint8Array {
  return strToU8(atob(text.replaceAll('-', '+').replaceAll('_', '/')), true)
}
