/** The device and the links of a scenario, as kernels need them. */
import { error, type Problem } from '../problem.js'
import type { NormalScenario } from '../scenario/schema.js'
import { groupOf } from './cost.js'
import type { Machine } from './report.js'
import type { Resolved } from './resolved.js'
import { isPlain, ranks } from './strategy.js'
import type { Structure } from './structure.js'
import { placed, reach } from './training/links.js'

type Place = Pick<Resolved, 'device' | 'system'> & { readonly mesh: NormalScenario['mesh'] }

/** The machine with a link for every group of ranks that the structures send within. `isScored`: whether estimates of the model were held against measurements. */
export function machineOf(resolved: Resolved, structures: readonly Structure[], isScored: boolean): Machine {
  const { device, efficiency, profile, scenario: { mesh } } = resolved
  const hasBand = isScored && mesh.pp === 1 && mesh.cp === 1 && mesh.ep === 1
  return {
    bandwidth: device.bandwidth, links: linksOf(resolved, structures), constants: efficiency, collective: efficiency.collective,
    host: profile.host.seconds, band: hasBand ? profile.band.factor : null, basis: efficiency.marked, far: null,
  }
}

function linksOf({ device, system, link, scenario: { mesh } }: Resolved, structures: readonly Structure[]): Machine['links'] {
  const { tp } = mesh
  if (isPlain(mesh)) return { tp: { bandwidth: link.bandwidth ?? 1, exchange: link.bandwidth ?? 1, ranks: tp, inside: tp, link: link.name } }
  const groups = new Set(structures.flatMap(({ kernels }) => kernels.flatMap(({ transfer }) => transfer ? [groupOf(transfer.mesh)] : [])))
  if (mesh.pp > 1) groups.add('pp')
  return Object.fromEntries([...groups].flatMap(group => {
    const found = reachOf({ device, system, mesh }, group.split('_'))
    return 'ranks' in found ? [[group, found]] : []
  }))
}

const reachOf = ({ device, system, mesh }: Place, group: readonly string[]) => reach(device, system, placed(mesh.order, ranks(mesh), mesh.pp), group)

/** A link that ranks of a mesh need and whose bandwidth no source states. */
export function unknownLink(place: Place): Problem | null {
  const own = ranks(place.mesh)
  const used = (['tp', 'cp', 'ep'] as const).filter(axis => own[axis] > 1)
  const groups = [...used.map(axis => [axis]), ...used.length > 1 ? [used] : [], ...place.mesh.pp > 1 ? [['pp']] : []]
  for (const group of groups) {
    const found = reachOf(place, group)
    if (!('ranks' in found)) return error('unknown-link', 'system', `The bandwidth of ${found.name} between the ranks of ${group.join(' × ')} in ${place.system.id} is not known.`)
  }
  return null
}
