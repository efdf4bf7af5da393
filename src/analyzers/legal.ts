/** What is legal of a mesh in every mode: its order, and experts over its ranks; with the choices that lie nearest. */
import { error, type Problem } from '../problem.js'
import type { Draft } from '../scenario/normalize.js'
import { kindsOf, type Model } from './models/model.js'
import { ranksOf, spread } from './training/mesh.js'

export function checkOrder({ order }: Draft['mesh']): Problem[] {
  return new Set(order).size === 4 && order.length === 4 ? [] : [error('illegal-mesh', 'mesh.order', 'mesh.order must list tp, cp, dp and pp once each, from the inside out.', ['tp,cp,dp,pp'])]
}

export function checkExperts({ mesh }: Pick<Draft, 'mesh'>, model: Model): Problem[] {
  const { tp, cp, dp, ep, etp } = mesh
  const experts = kindsOf(model).flatMap(({ sizes: { e } }) => e ?? [])
  if (ep === 1 && (etp === 1 || etp === tp)) return []
  if (experts.length === 0) return [error('illegal-mesh', ep > 1 ? 'mesh.ep' : 'mesh.etp', 'The model has no experts.', ['1'])]
  if (etp !== 1 && etp !== tp) return [error('illegal-mesh', 'mesh.etp', 'Experts are split over all ranks of tensor parallelism or over none.', ['1', String(tp)])]
  const odd = experts.find(e => e % ep !== 0)
  const over = spread(mesh)
  const legal = ['1', ...divisors(over * dp, ep, n => n % over === 0 && experts.every(e => e % n === 0))].filter((n, i, all) => all.lastIndexOf(n) === i).sort((a, b) => Math.abs(Number(a) - ep) - Math.abs(Number(b) - ep)).slice(0, 3)
  if (odd !== undefined) return [error('illegal-mesh', 'mesh.ep', `ep ${String(ep)} does not divide ${String(odd)} experts.`, legal)]
  if (ep % over !== 0) return [error('illegal-mesh', 'mesh.ep', `With whole experts (etp 1) ep counts the ${String(tp)} ranks of tensor parallelism: it must be a multiple.`, legal)]
  if (!Number.isInteger(ranksOf(mesh, { shardGroup: null }).dp)) return [error('illegal-mesh', 'mesh.ep', `ep ${String(ep)} must divide ${over > 1 ? 'tp × dp' : 'dp'}, which is ${String(over * dp)}${cp > 1 ? '; experts over ranks of context parallelism are not covered' : ''}.`, legal)]
  return []
}

export function nearest(value: number, step: number): string[] {
  const below = Math.floor(value / step) * step
  return [below, below + step].filter(n => n > 0).map(String)
}

export function divisors(of: number, near: number, legal: (n: number) => boolean = () => true): string[] {
  const all: number[] = []
  for (let n = 1; n * n <= of; n++) if (of % n === 0) all.push(n, of / n)
  return [...new Set(all)].filter(legal).sort((a, b) => Math.abs(a - near) - Math.abs(b - near)).slice(0, 3).map(String)
}
