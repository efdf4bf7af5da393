/** The execution profiles: which ops share a kernel, what the engine adds. */
import compiled from '../../data/profiles/compiled.json'
import eager from '../../data/profiles/eager.json'
import ideal from '../../data/profiles/ideal.json'
import megatron from '../../data/profiles/megatron.json'
import megatron2022 from '../../data/profiles/megatron-2022.json'
import vllm from '../../data/profiles/vllm.json'
import { closest } from '../names.js'
import { error, type Problem } from '../problem.js'
import type { Profile } from './graph.js'

export const profiles: readonly Profile[] = [ideal, eager, compiled, vllm, megatron, megatron2022] as readonly Profile[]

/** The profile of that id; problem `unknown-profile`. */
export function findProfile(id: string): Profile | Problem {
  return profiles.find(p => p.id === id)
    ?? error('unknown-profile', 'profile', `Profile "${id.slice(0, 64)}" is not known.`, closest(id, profiles.map(p => p.id), 3))
}
