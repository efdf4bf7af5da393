/** The execution profiles: which ops share a kernel, what the engine adds. */
import compiled from '../../data/profiles/compiled.json'
import eager from '../../data/profiles/eager.json'
import ideal from '../../data/profiles/ideal.json'
import vllm from '../../data/profiles/vllm.json'
import { closest } from '../names.js'
import { error, type Problem } from '../problem.js'
import type { Profile } from './graph.js'

const all = [ideal, eager, compiled, vllm] as Profile[]

/** All that there are; parts add theirs. */
export const profiles: readonly Profile[] = all

export function addProfiles(more: readonly Profile[]): void {
  all.push(...more)
}

/** The profile of that id; problem `unknown-profile`. */
export function findProfile(id: string): Profile | Problem {
  return profiles.find(p => p.id === id)
    ?? error('unknown-profile', 'profile', `Profile "${id.slice(0, 64)}" is not known.`, closest(id, profiles.map(p => p.id), 3))
}
