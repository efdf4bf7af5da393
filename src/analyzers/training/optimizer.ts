/** The update of a weight: it reads the gradient and the states, and writes the weight. */
import type { Axis, Expr, Extent, Op, Tensor } from '../graph.js'
import { times as product } from '../product.js'
import type { Optimizer } from './schedule.js'

/** Axes that the row of an optimizer sizes. */
export const optimizerAxes: Readonly<Record<string, Axis>> = {
  state_bytes: { title: 'bytes of optimizer states per parameter' },
  matrix_state_bytes: { title: 'bytes of optimizer states per parameter of a matrix inside a layer' },
  factor_bytes: { title: 'bytes of an entry of a factored moment' },
  master_bytes: { title: 'bytes of the master copy of a parameter' },
}

const gradient = (weight: Tensor): Tensor => ({ name: `d.${weight.name}`, role: 'in', axes: weight.axes, held: 'gradient', ...(weight.group ? { group: weight.group } : {}) })
const moment = (name: string, axes: readonly Extent[]): Tensor => ({ name, role: 'in', axes, held: 'moment' })

/** One elementwise update with so many bytes of states per parameter. */
export function update(weight: Tensor, times: readonly Extent[], states: readonly Tensor[] = [moment(`m.${weight.name}`, ['state_bytes', ...weight.axes])], flops: Extent = 'w_optimizer'): Op {
  return {
    id: `optimizer/${weight.name}`, law: 'map', engine: 'vector', flops, loop: weight.axes, times,
    tensors: [gradient(weight), ...states, { ...weight, role: 'out', axes: weight.axes }],
  }
}

/** A weight that is multiplied inside a layer: neither a vector nor an embedding or head. */
function isMatrix({ axes, group }: Tensor, times: readonly Extent[]): boolean {
  return times.length > 0 && axes.length > 1 && group !== 'norm' && group !== 'embedding' && group !== 'head'
}

/** What an optimizer does for each weight, as ops. */
export function updates({ factored, matrices }: Optimizer): (weight: Tensor, times: readonly Extent[], axes: Record<string, Axis>) => readonly Op[] {
  return (weight, times, axes) => {
    const { name, axes: own } = weight
    if (factored === true && own.length > 1) {
      const states = [moment(`m.${name}/rows`, ['factor_bytes', ...own.slice(0, -1)]), moment(`m.${name}/columns`, ['factor_bytes', ...own.slice(1)]), moment(`m.${name}`, ['master_bytes', ...own])]
      return [update(weight, times, states)]
    }
    if (matrices === undefined || !isMatrix(weight, times)) return [update(weight, times)]
    const one = update(weight, times, [moment(`m.${name}`, ['matrix_state_bytes', ...own])])
    return [{ ...one, engine: 'matrix', flops: 2 * matrices.iterations, loop: orthogonal(weight, axes) }]
  }
}

/** The multiply-adds of one Newton-Schulz iteration on m × n: m² n, m³ and m² n, m the shorter side; of each expert by itself. */
function orthogonal({ name, axes: own }: Tensor, axes: Record<string, Axis>): readonly Extent[] {
  const among = own.filter(axis => axis === 'd' || (typeof axis === 'string' && axes[axis]?.is === 'd'))
  const experts = own.filter(axis => axis === 'e' || (typeof axis === 'string' && axes[axis]?.is === 'e'))
  const one = product(...among), other = product(...own.filter(axis => !among.includes(axis) && !experts.includes(axis)))
  const [m, n]: readonly [Expr, Expr] = [['min', one, other], ['max', one, other]]
  const made = `orthogonal_${name}`.replace(/\W/g, '_')
  axes[made] ??= { title: `multiply-adds of a Newton-Schulz iteration on ${name}`, size: ['+', ['*', 2, m, m, n], ['*', m, m, m]], source: 'github.com/KellerJordan/Muon' }
  return [...experts, made]
}
