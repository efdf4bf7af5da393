/** The parts, each loaded when it is asked for. */
import { absentParts, add, type Part, type PartName } from '../part.js'

const modules: Readonly<Record<PartName, () => Promise<Part>>> = {
  architectures: () => import('./architectures.js').then(module => module.architectures),
  formats: () => import('./formats.js').then(module => module.formats),
  networks: () => import('./networks.js').then(module => module.networks),
  training: () => import('./training.js').then(module => module.training),
}

/** Loads parts and adds them, all that are not there yet if none is named. Rejects where one cannot be loaded. */
export async function load(...names: readonly PartName[]): Promise<void> {
  const wanted = absentParts().filter(name => names.length === 0 || names.includes(name))
  const parts = await Promise.all(wanted.map(async name => [name, await modules[name]()] as const))
  for (const [name, part] of parts) add(name, part)
}
